SUMMARY = "Roboto, the type of the screens in Vietnamese"
DESCRIPTION = "A typeface whose Latin letters have all the marks of Vietnamese."
HOMEPAGE = "https://github.com/googlefonts/roboto-3-classic"
BUGTRACKER = "https://github.com/googlefonts/roboto-3-classic/issues"
SECTION = "fonts"
LICENSE = "OFL-1.1"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/OFL-1.1;md5=fac3a519e5e9eb96316656e0ca4f2b90"

INHIBIT_DEFAULT_DEPS = "1"

SRC_URI = "https://github.com/googlefonts/roboto-3-classic/releases/download/v${PV}/Roboto_v${PV}.zip;subdir=${BP}"
SRC_URI[sha256sum] = "989fee31706df293f1099a385b392bd2e4a152c993ee5fb3ba72adc7484e750e"

inherit allarch fontcache

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -d ${D}${datadir}/fonts/truetype/roboto
    for weight in Regular Bold; do
        install -m 0644 ${S}/hinted/static/Roboto-$weight.ttf ${D}${datadir}/fonts/truetype/roboto
    done
}

FILES:${PN} += "${datadir}/fonts/truetype"
