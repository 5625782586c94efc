FILESEXTRAPATHS:prepend:machitap := "${THISDIR}/files:"
