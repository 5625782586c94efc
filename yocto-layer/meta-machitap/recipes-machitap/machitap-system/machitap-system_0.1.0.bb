SUMMARY = "What makes a kiosk of an image: health, enrolment, limits, no login"
DESCRIPTION = "Health before an update is kept, enrolment from a stick, limits of the journal, no login."
HOMEPAGE = "https://machitap.invalid/"
BUGTRACKER = "https://machitap.invalid/issues"
SECTION = "base"
LICENSE = "GPL-3.0-only"
LIC_FILES_CHKSUM = "file://LICENSE;md5=1ebbd3e34237af26da5dc08a4e440464"

MACHITAP_REPO ?= "${@os.path.realpath(d.getVar('MACHITAP_LAYERDIR') + '/../..')}"
SRC_URI = "git://${MACHITAP_REPO};protocol=file;nobranch=1"
SRCREV ?= "${@bb.process.run('git -C %s rev-parse HEAD' % d.getVar('MACHITAP_REPO'))[0].strip()}"

inherit allarch systemd features_check

REQUIRED_DISTRO_FEATURES = "systemd"

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    image=${S}/systemd/image
    install -d ${D}${systemd_system_unitdir} ${D}${libexecdir}/machitap
    install -m 0644 $image/system/*.service $image/system/*.mount $image/system/*.path ${D}${systemd_system_unitdir}
    install -D -m 0644 -t ${D}${systemd_system_unitdir}/emergency.service.d $image/system/emergency.service.d/*.conf
    install -m 0755 $image/libexec/health $image/libexec/enrol $image/libexec/update $image/libexec/usb ${D}${libexecdir}/machitap
    install -D -m 0644 -t ${D}${nonarch_base_libdir}/udev/rules.d $image/udev/*.rules
    install -D -m 0644 -t ${D}${nonarch_libdir}/sysctl.d $image/sysctl.d/*.conf
    install -D -m 0644 -t ${D}${datadir}/machitap/firewall $image/firewall/machitap.nft
    install -d ${D}${sysconfdir}/machitap/firewall.d
    install -D -m 0644 -t ${D}${datadir}/machitap/console $image/console/keys.map
    install -D -m 0644 -t ${D}${systemd_unitdir}/timesyncd.conf.d $image/timesyncd.conf.d/*.conf
    install -D -m 0644 -t ${D}${systemd_unitdir}/system.conf.d $image/system.conf.d/*.conf
    install -D -m 0644 -t ${D}${systemd_unitdir}/journald.conf.d ${S}/systemd/journald.conf.d/*.conf

    # Its screen asks for a code until it is enrolled; nobody logs in on any console.
    touch ${D}${sysconfdir}/machitap/ask-for-code
    install -d ${D}${sysconfdir}/systemd/system
    for unit in getty@tty1 autovt@ serial-getty@ console-getty; do
        ln -s /dev/null ${D}${sysconfdir}/systemd/system/$unit.service
    done
    ln -s /dev/null ${D}${sysconfdir}/systemd/system/ctrl-alt-del.target
}

FILES:${PN} += "${systemd_unitdir} ${nonarch_base_libdir}/udev ${nonarch_libdir}/sysctl.d ${datadir}/machitap"

SYSTEMD_SERVICE:${PN} = " \
    machitap-healthy.service \
    machitap-firewall.service \
    machitap-keys.service \
    machitap-tried.service \
    machitap-update.service \
    machitap-update.path \
    machitap-reboot.path \
    machitap-kept.service \
    var-lib.mount \
    var-log.mount \
"

RDEPENDS:${PN} = "kbd machitap-kiosk nftables"
