SUMMARY = "Noto Sans CJK, the type of the screens in Chinese"
DESCRIPTION = "A typeface for Chinese, in the shapes of the mainland."
HOMEPAGE = "https://github.com/notofonts/noto-cjk"
BUGTRACKER = "https://github.com/notofonts/noto-cjk/issues"
SECTION = "fonts"
LICENSE = "OFL-1.1"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/OFL-1.1;md5=fac3a519e5e9eb96316656e0ca4f2b90"

INHIBIT_DEFAULT_DEPS = "1"

SRC_URI = "https://github.com/notofonts/noto-cjk/releases/download/Sans${PV}/08_NotoSansCJKsc.zip;subdir=${BP}"
SRC_URI[sha256sum] = "a927e56f53bd6c3b920bc139c0b94aa36c7d9ad0cf009b159437a1a003581140"

inherit allarch fontcache

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -d ${D}${datadir}/fonts/opentype/noto
    for weight in Regular Bold; do
        install -m 0644 ${S}/NotoSansCJKsc-$weight.otf ${D}${datadir}/fonts/opentype/noto
    done
}

FILES:${PN} += "${datadir}/fonts/opentype"
