# Before the kiosk's first frame the screen stays dark but for the name.
FILESEXTRAPATHS:prepend:machitap := "${THISDIR}/files:"
SPLASH_IMAGES:machitap = "file://psplash-machitap.png;outsuffix=default"
PACKAGECONFIG:remove:machitap = "progress-bar startup-msg"
