"""Reads every recipe and append of the layer with BitBake's own parser, for each machine, and looks
at what comes out. The classes are stubs: what a full build needs beside is openembedded-core's.

    python parse.py LAYER
"""

import os
import subprocess
import sys
import tempfile
import types

# BitBake reaches for its server of hashes when it is loaded; nothing here asks one.
for name in ("hashserv", "hashserv.client"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["hashserv"].client = sys.modules["hashserv.client"]

import bb  # noqa: E402
import bb.data  # noqa: E402
import bb.parse  # noqa: E402
import bb.siggen  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
MACHINES = ("raspberrypi4-64", "raspberrypi5")


def base(layer, machine):
    d = bb.data.init()
    d.setVar("BBPATH", f"{HERE}:{layer}")
    d.setVar("MACHINE", machine)
    d.setVar("BB_HASHCONFIG_IGNORE_VARS", "")
    bb.parse.siggen = bb.siggen.init(d)
    d.setVar("LAYERDIR", layer)
    for conf in ("conf/bitbake.conf", "conf/layer.conf", "conf/distro/machitap.conf"):
        d = bb.parse.handle(bb.utils.which(d.getVar("BBPATH"), conf), d, True)
    d.setVar("INHERIT", "")
    return d


def read(d, recipe, append=None):
    d = bb.data.createCopy(d)
    d.setVar("__BBAPPEND", append or "")
    d.setVar("__bbclasstype", "recipe")
    bb.parse.cached_mtime_noerror(recipe)
    return bb.parse.handle(recipe, d)[""]


def recipes(layer, ending):
    for top, _, files in sorted(os.walk(layer)):
        for name in sorted(files):
            if name.endswith(ending):
                yield os.path.join(top, name)


def missing(d):
    """Files beside the recipe that it names and that are not there."""
    paths = (d.getVar("FILESEXTRAPATHS") or "").replace("__default:", "").split(":")
    here = os.path.dirname(d.getVar("FILE"))
    name = d.getVar("PN")
    own = [os.path.join(here, sub) for sub in (name, "files")]
    for uri in (d.getVar("SRC_URI") or "").split():
        if not uri.startswith("file://"):
            continue
        wanted = uri[len("file://"):].split(";")[0]
        places = [p for p in own + paths if p]
        machine = d.getVar("MACHINE")
        if not any(os.path.exists(os.path.join(p, sub, wanted)) for p in places for sub in ("", machine)):
            yield f"{d.getVar('FILE')}: {wanted} is not there"


def look(name, d, faults):
    if name.startswith("machitap-kiosk_"):
        crates = [u for u in d.getVar("SRC_URI").split() if u.startswith("crate://")]
        sums = d.getVarFlags("SRC_URI") or {}
        for uri in crates:
            crate, version = uri.split("/")[3:5]
            if f"{crate}-{version}.sha256sum" not in sums:
                faults.append(f"{name}: {uri} has no checksum")
        if len(crates) < 100:
            faults.append(f"{name}: {len(crates)} crates")
    if name.endswith(".bb") and not d.getVar("LICENSE"):
        faults.append(f"{name}: no licence")


def preinit(d, faults):
    """Fills the template of what comes before systemd as overlayfs-etc.bbclass does."""
    path = d.getVar("OVERLAYFS_ETC_INIT_TEMPLATE")
    told = {name: d.getVar(name) for name in d.keys() if name.startswith("OVERLAYFS_ETC_")}
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read().format(**told, SBIN_INIT_NAME="/sbin/init.orig")
        subprocess.run(["sh", "-n"], input=text, text=True, check=True)
    except (OSError, KeyError, ValueError, subprocess.CalledProcessError) as fault:
        faults.append(f"the preinit {path!r}: {fault!r}")


def uart(d, faults):
    """meta-raspberrypi builds no config.txt for U-Boot with the UART switched off."""
    if d.getVar("RPI_USE_U_BOOT") == "1" and d.getVar("ENABLE_UART") == "0":
        faults.append(f"{d.getVar('MACHINE')}: U-Boot, and ENABLE_UART is 0")


def main(layer):
    faults, count = [], 0
    for machine in MACHINES:
        d = base(layer, machine)
        preinit(d, faults)
        uart(d, faults)
        for recipe in recipes(layer, ".bb"):
            parsed = read(d, recipe)
            look(os.path.basename(recipe), parsed, faults)
            faults.extend(missing(parsed))
            count += 1
        for append in recipes(layer, ".bbappend"):
            # What it appends to is another layer's: an empty recipe by its name.
            stem = os.path.basename(append).replace("_%", "").removesuffix(".bbappend")
            with tempfile.TemporaryDirectory() as empty:
                recipe = os.path.join(empty, f"{stem}_1.bb")
                with open(recipe, "w", encoding="utf-8") as file:
                    file.write('LICENSE = "CLOSED"\nSRC_URI = ""\n')
                faults.extend(missing(read(d, recipe, append)))
            count += 1
    for slip in ("inherit no_such_class\n", "python () {\n    this is none\n}\n", "A = unquoted\n"):
        with tempfile.NamedTemporaryFile("w", suffix="_1.bb", delete=False) as file:
            file.write(slip)
        try:
            # It is told on the log as well, and that is what is wanted here.
            bb.parse.logger.disabled = True
            read(base(layer, MACHINES[0]), file.name)
            faults.append(f"a slip is not found: {slip!r}")
        except BaseException:  # noqa: BLE001 - BitBake ends some of them with SystemExit
            pass
        finally:
            os.unlink(file.name)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"   {count} recipes and appends read, for {len(MACHINES)} machines")
    return 1 if faults or not count else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
