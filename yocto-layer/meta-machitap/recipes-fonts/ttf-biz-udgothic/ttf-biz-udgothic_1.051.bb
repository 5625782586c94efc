SUMMARY = "BIZ UDGothic, the type of the screens"
DESCRIPTION = "A typeface for Japanese, made to be read from a distance and by old eyes."
HOMEPAGE = "https://github.com/googlefonts/morisawa-biz-ud-gothic"
BUGTRACKER = "https://github.com/googlefonts/morisawa-biz-ud-gothic/issues"
SECTION = "fonts"
LICENSE = "OFL-1.1"
LIC_FILES_CHKSUM = "file://OFL.txt;md5=4062ef2044b666a960b561617649fe49"

INHIBIT_DEFAULT_DEPS = "1"

SRC_URI = "git://github.com/googlefonts/morisawa-biz-ud-gothic.git;protocol=https;branch=main"
SRCREV = "18934af56b9c003ca58c54bffbf226848cb11032"

inherit allarch fontcache

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -d ${D}${datadir}/fonts/truetype/bizud-gothic
    install -m 0644 ${S}/fonts/ttf/BIZUD*.ttf ${D}${datadir}/fonts/truetype/bizud-gothic
}

FILES:${PN} += "${datadir}/fonts/truetype"
