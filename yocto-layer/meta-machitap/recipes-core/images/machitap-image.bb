SUMMARY = "The image of a kiosk"
DESCRIPTION = "A read-only root with the kiosk; what is written is on a partition of its own."
HOMEPAGE = "https://machitap.invalid/"
BUGTRACKER = "https://machitap.invalid/issues"
LICENSE = "GPL-3.0-only"

inherit core-image

IMAGE_FEATURES = "read-only-rootfs overlayfs-etc splash"
IMAGE_LINGUAS = ""
# UTF-8 without a locale's data: the program brings its own words.
GLIBC_GENERATE_LOCALES = "C.UTF-8"

IMAGE_INSTALL = "\
    packagegroup-core-boot \
    e2fsprogs-e2fsck \
    kernel-image \
    kernel-modules \
    machitap-kiosk \
    machitap-system \
    rauc \
    tzdata-core \
    tzdata-asia \
    volatile-binds \
"

MACHITAP_ROOT_SIZE ?= "768M"
MACHITAP_DATA_SIZE ?= "1024M"
# What a partition of that size holds.
IMAGE_ROOTFS_MAXSIZE = "716800"
