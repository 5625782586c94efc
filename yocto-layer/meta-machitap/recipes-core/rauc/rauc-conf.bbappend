FILESEXTRAPATHS:prepend:machitap := "${THISDIR}/files:"

do_install:append:machitap() {
    sed -i -e "s/@COMPATIBLE@/${RAUC_COMPATIBLE}/" -e "s/@KEYRING@/$(basename ${RAUC_KEYRING_FILE})/" \
        ${D}${nonarch_libdir}/rauc/system.conf
}
