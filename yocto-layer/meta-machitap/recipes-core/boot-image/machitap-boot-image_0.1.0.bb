SUMMARY = "A boot partition of a Raspberry Pi 5, for either slot"
DESCRIPTION = "The FAT partition that the firmware reads, alike for both slots."
HOMEPAGE = "https://machitap.invalid/"
BUGTRACKER = "https://machitap.invalid/issues"
SECTION = "bootloaders"
LICENSE = "GPL-3.0-only"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/GPL-3.0-only;md5=c79ff39f19dfec6d293b95dea7b07891"

COMPATIBLE_MACHINE = "^raspberrypi5$"

INHIBIT_DEFAULT_DEPS = "1"
DEPENDS = "dosfstools-native mtools-native"

inherit deploy nopackages

PACKAGE_ARCH = "${MACHINE_ARCH}"

do_configure[noexec] = "1"
do_install[noexec] = "1"

BOOT_SIZE_KIB ?= "131072"

collect[doc] = "Lays the files of the boot partition in a tree"
python collect() {
    import glob, os, shutil
    source = d.getVar('DEPLOY_DIR_IMAGE')
    tree = os.path.join(d.getVar('B'), 'tree')
    shutil.rmtree(tree, ignore_errors=True)
    for entry in d.getVar('IMAGE_BOOT_FILES').split():
        pattern, _, name = entry.partition(';')
        for path in glob.glob(os.path.join(source, pattern)):
            to = os.path.join(tree, name or os.path.basename(path))
            os.makedirs(os.path.dirname(to), exist_ok=True)
            shutil.copyfile(path, to)
    # One image for both partitions: config.txt takes the line of the partition it is read from.
    with open(os.path.join(tree, 'cmdline.txt')) as file:
        line = file.read().strip()
    for slot, part in (('a', 5), ('b', 6)):
        with open(os.path.join(tree, 'cmdline-%s.txt' % slot), 'w') as file:
            file.write('%s root=/dev/mmcblk0p%d rauc.slot=%s\n' % (line, part, slot.upper()))
}

do_compile() {
    rm -f boot.vfat
    mkfs.vfat -C -n BOOT boot.vfat ${BOOT_SIZE_KIB}
    mcopy -i boot.vfat -s tree/* ::
}
do_compile[prefuncs] += "collect"
do_compile[depends] += "virtual/kernel:do_deploy rpi-bootfiles:do_deploy rpi-config:do_deploy rpi-cmdline:do_deploy"

do_deploy() {
    install -m 0644 boot.vfat ${DEPLOYDIR}/machitap-boot-image-${MACHINE}.vfat
    # What the machine begins with.
    printf '[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n' > ${DEPLOYDIR}/autoboot.txt
}
addtask deploy after do_compile before do_build
