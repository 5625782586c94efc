FILESEXTRAPATHS:prepend:machitap := "${THISDIR}/files:"
SRC_URI:append:machitap = " file://redundant-environment.cfg file://card-only.cfg"
