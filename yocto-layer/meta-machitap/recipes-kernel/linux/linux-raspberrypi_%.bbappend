FILESEXTRAPATHS:prepend:machitap := "${THISDIR}/files:"
SRC_URI:append:machitap = " file://machitap.cfg"
