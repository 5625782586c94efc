SUMMARY = "RAUC's backend for the tryboot of a Raspberry Pi 5"
DESCRIPTION = "Tells the firmware which of two releases to boot, and which to try once."
HOMEPAGE = "https://machitap.invalid/"
BUGTRACKER = "https://machitap.invalid/issues"
SECTION = "base"
LICENSE = "GPL-3.0-only"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/GPL-3.0-only;md5=c79ff39f19dfec6d293b95dea7b07891"

SRC_URI = "file://tryboot"

S = "${UNPACKDIR}"

inherit allarch

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -D -m 0755 ${UNPACKDIR}/tryboot ${D}${libexecdir}/machitap/tryboot
}
