SUMMARY = "An update of a kiosk: signed, written beside the release that runs"
DESCRIPTION = "A RAUC bundle of the image in verity format, kept only once the kiosk stands."
HOMEPAGE = "https://machitap.invalid/"
BUGTRACKER = "https://machitap.invalid/issues"
LICENSE = "GPL-3.0-only"

inherit bundle

RAUC_BUNDLE_COMPATIBLE = "${RAUC_COMPATIBLE}"
RAUC_BUNDLE_VERSION = "${DISTRO_VERSION}"
RAUC_BUNDLE_DESCRIPTION = "Machitap ${DISTRO_VERSION} for ${MACHINE}"
RAUC_BUNDLE_FORMAT = "verity"

RAUC_BUNDLE_SLOTS = "rootfs"
RAUC_SLOT_rootfs = "machitap-image"
RAUC_SLOT_rootfs[fstype] = "ext4"

# There the kernel is not in the root.
RAUC_BUNDLE_SLOTS:append:raspberrypi5 = " boot"
RAUC_SLOT_boot = "machitap-boot-image"
RAUC_SLOT_boot[type] = "boot"
RAUC_SLOT_boot[file] = "machitap-boot-image-${MACHINE}.vfat"
