SUMMARY = "Citizen-card terminal of a town"
DESCRIPTION = "Reads citizen cards, keeps a journal, draws its screens, speaks with the city."
HOMEPAGE = "https://machitap.invalid/"
BUGTRACKER = "https://machitap.invalid/issues"
SECTION = "console/utils"
LICENSE = "GPL-3.0-only"
LIC_FILES_CHKSUM = "file://LICENSE;md5=1ebbd3e34237af26da5dc08a4e440464"

DEPENDS = "fontconfig libinput libxkbcommon pcsc-lite udev"

# The program of the very commit this recipe is read from.
MACHITAP_REPO ?= "${@os.path.realpath(d.getVar('MACHITAP_LAYERDIR') + '/../..')}"
SRC_URI = "git://${MACHITAP_REPO};protocol=file;nobranch=1"
SRCREV ?= "${@bb.process.run('git -C %s rev-parse HEAD' % d.getVar('MACHITAP_REPO'))[0].strip()}"

# Made from Cargo.lock by `cargo xtask crates-inc`; without it BitBake stops here.
require machitap-kiosk-crates.inc

# The same command makes the list of what is linked into the program, for the image's software list.
CYCLONEDX_EXTRA_BOM_FILES = "${THISDIR}/machitap-kiosk-crates.cdx.json"

inherit cargo pkgconfig systemd useradd features_check

REQUIRED_DISTRO_FEATURES = "systemd"

# The oldest Rust that is tested upstream is newer than this release's; see yocto-layer/README.md.
CARGO_BUILD_FLAGS:append = " --package machitap-kiosk --bin machitap-kiosk --no-default-features --features linuxkms --ignore-rust-version"

# A folder that `cargo xtask voice --out` wrote, for the spoken lines; without it there are tones only.
MACHITAP_VOICE ?= ""

do_install:append() {
    units=${S}/systemd
    install -d ${D}${systemd_system_unitdir} ${D}${libexecdir}/machitap ${D}${sysconfdir}/machitap
    install -d ${D}${datadir}/machitap/notice ${D}${datadir}/machitap/console
    for unit in machitap-kiosk machitap-clock machitap-reader machitap-failed machitap-notice@; do
        install -m 0644 $units/system/$unit.service ${D}${systemd_system_unitdir}
    done
    install -m 0644 $units/system/machitap-clock.socket $units/system/machitap-reader.path ${D}${systemd_system_unitdir}
    for dropins in machitap-kiosk.service.d getty@tty1.service.d; do
        install -d ${D}${systemd_system_unitdir}/$dropins
        install -m 0644 $units/system/$dropins/*.conf ${D}${systemd_system_unitdir}/$dropins
    done
    install -m 0755 $units/libexec/* ${D}${libexecdir}/machitap
    install -m 0644 $units/notice/*.txt ${D}${datadir}/machitap/notice
    install -m 0644 $units/console/* ${D}${datadir}/machitap/console
    if [ -n "${MACHITAP_VOICE}" ]; then
        install -d ${D}${datadir}/machitap/voice/ja
        install -m 0644 ${MACHITAP_VOICE}/ja/* ${D}${datadir}/machitap/voice/ja
    fi
    install -m 0644 $units/etc/* ${D}${sysconfdir}/machitap
    install -D -m 0644 $units/tmpfiles.d/machitap-kiosk.conf ${D}${nonarch_libdir}/tmpfiles.d/machitap-kiosk.conf
    install -D -m 0644 $units/modprobe.d/machitap-kiosk.conf ${D}${nonarch_base_libdir}/modprobe.d/machitap-kiosk.conf
    install -d ${D}${nonarch_base_libdir}/udev/rules.d
    install -m 0644 $units/udev/*.rules ${D}${nonarch_base_libdir}/udev/rules.d
}

FILES:${PN} += "\
    ${systemd_system_unitdir} \
    ${nonarch_libdir}/tmpfiles.d \
    ${nonarch_base_libdir}/modprobe.d \
    ${nonarch_base_libdir}/udev/rules.d \
    ${datadir}/machitap \
"
CONFFILES:${PN} = "${sysconfdir}/machitap/kiosk.toml ${sysconfdir}/machitap/contact"

SYSTEMD_SERVICE:${PN} = "machitap-kiosk.service"

USERADD_PACKAGES = "${PN}"
GROUPADD_PARAM:${PN} = "--system render; --system machitap"
USERADD_PARAM:${PN} = "--system --no-create-home --home-dir ${localstatedir}/lib/machitap \
    --shell ${base_sbindir}/nologin --gid machitap --groups audio,video,render,input machitap"

RDEPENDS:${PN} = "ccid kbd otf-noto-sans-cjk pcsc-lite ttf-biz-udgothic ttf-roboto xkeyboard-config"
RRECOMMENDS:${PN} = "alsa-utils-aplay"
