# Mount points of a root that nothing can be made in later; what is in /data is the data
# partition's first content.
dirs755:append:machitap = " /data /data/lib /data/log"
dirs755:append:machitap:raspberrypi5 = " /autoboot"
dirs755:append:machitap:raspberrypi4-64 = " /boot"

do_install:append:machitap() {
    # machitap-preinit.sh.in has it checked and mounted by then.
    echo "LABEL=data /data ext4 defaults,noatime,x-systemd.device-timeout=30s 0 0" >> ${D}${sysconfdir}/fstab
}
do_install:append:machitap:raspberrypi4-64() {
    # U-Boot's environment, which RAUC writes.
    echo "LABEL=boot /boot vfat sync,umask=0077,nosuid,nodev,noexec,nofail 0 0" >> ${D}${sysconfdir}/fstab
}
do_install:append:machitap:raspberrypi5() {
    echo "LABEL=autoboot /autoboot vfat sync,umask=0077,nosuid,nodev,noexec,nofail 0 0" >> ${D}${sysconfdir}/fstab
}
