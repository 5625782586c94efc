#!/bin/sh
# The authority of a town's releases and the key that signs them: make-keys.sh DIRECTORY
set -eu
umask 077
mkdir -p "$1"
cd "$1"
[ ! -e ca.key.pem ] || { echo "$1: there are keys already" >&2; exit 1; }
ec="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
openssl req -x509 $ec -days 7300 -subj "/CN=Machitap release authority" -keyout ca.key.pem -out ca.cert.pem
openssl req $ec -subj "/CN=Machitap release" -keyout release.key.pem -out release.csr.pem
printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning,emailProtection\n' >extensions
openssl x509 -req -in release.csr.pem -CA ca.cert.pem -CAkey ca.key.pem -CAcreateserial \
    -days 1825 -extfile extensions -out release.cert.pem
rm -f release.csr.pem extensions
