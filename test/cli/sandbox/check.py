"""Part of sandbox-check, run inside the sandbox. A name as argument runs only the tests whose name has it."""
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import ssl
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

import openstack

ROOT = pathlib.Path(__file__).resolve().parents[3]
RUN = pathlib.Path(os.environ["UAP_SANDBOX_DIR"], "run")
SCRATCH = pathlib.Path(tempfile.mkdtemp(prefix="uap-sandbox-check-"))
STACKS = ROOT / "test/cli/sandbox/stacks.ts"
UAP = [str(ROOT / "node_modules/.bin/tsx"), str(ROOT / "cli/main.ts")]
ACME = ["--acme-directory", "https://198.51.100.1:14000/dir", "--acme-ca", str(RUN / "pebble/ca.pem")]
SECRETS = [(RUN / "tsig" / name).read_text().strip() for name in ("cloud-a.secret", "acme.secret")]
counts = {True: 0, False: 0}
skipped = 0
said = []


def check(what, good, why=""):
    counts[bool(good)] += 1
    print(f"  {'ok    ' if good else 'NOT OK'}  {what}" + ("" if good else f"\n          {str(why)[:2000]}"), flush=True)


def skip(what):
    global skipped
    skipped += 1
    print(f"  skipped {what}", flush=True)


def environment(**more):
    return {**os.environ, "SCRATCH": str(SCRATCH), **more}


def uap(*args, cwd=ROOT, **env):
    start = time.monotonic()
    ended = subprocess.run(UAP + list(args), cwd=cwd, env=environment(**env), capture_output=True, text=True, timeout=120)
    said.append(ended.stdout + ended.stderr)
    return ended.returncode, ended.stdout, ended.stderr, time.monotonic() - start


class Checked:
    """The table of `uap check NAME --json`."""

    def __init__(self, name, *options, **env):
        self.code, out, err, _ = uap("check", name, "--json", "--stacks", str(STACKS), "--timeout", "30", *options, **env)
        sections = json.loads(out)["sections"] if out else []
        self.rows = [row for section in sections for row in section["rows"]]
        self.text = out + err

    def of(self, check, result=None):
        rows = [row for row in self.rows if row["what"] == check]
        return [row for row in rows if result in (None, row["result"])]

    def has(self, check, result, found, todo=""):
        return any(found in row["detail"] and todo in row.get("todo", "") for row in self.of(check, result))


def expect(name, code, *wanted, **env):
    checked = Checked(name, **env)
    check(f"{name}: exit code {code}", checked.code == code, checked.text)
    for row in wanted:
        check(f"{name}: {row[0]} is {row[1]}: {row[2]}", checked.has(*row), checked.text)
    return checked


# --- what is left

def challenge_values(host="check.cloud-a.example.test"):
    ended = subprocess.run(["dig", "+short", "@198.51.100.1", "TXT", f"_acme-challenge.{host}"], capture_output=True, text=True)
    return [line for line in ended.stdout.splitlines() if "uap-check" in line]


def record_sets():
    api = openstack.connect(cloud="cloud-b").dns
    zone = next(zone for zone in api.zones() if zone.name == "cloud-b.example.test.")
    return [one.name for one in api.recordsets(zone) if one.name.startswith("_uap-check")]


def nothing_left(when):
    end = time.monotonic() + 5
    while (left := challenge_values() + record_sets()) and time.monotonic() < end:
        time.sleep(0.3)
    check(f"nothing is left in the DNS {when}", not left, left)


# --- tests

def test_good():
    for cloud in "by-update", "by-designate":
        checked = expect(cloud, 0)
        bad = [row for row in checked.rows if row["result"] != "ok" and "LEGO_CA_CERTIFICATES" not in row.get("todo", "")]
        check(f"{cloud}: all is ok", checked.rows and not bad, bad)
    check("by-update: a record was written and removed", Checked("by-update").has("dns updates", "ok", "looked up and removed"))
    nothing_left("after a check")
    expect("by-hand", 0, ("dns updates", "ok", "you create the records"), ("acme", "ok", "no certificate is ordered"), TF_VAR_key_passphrase="x")
    for cloud in "cloud-a", "cloud-b":
        code, out, err, _ = uap("check", cloud)
        check(f"{cloud}: exit code 0", code == 0, out + err)
        print(f"  figure  uap check {cloud}:", re.search(r"^in [\d.]+ s$", out, re.M).group(0))


def test_wrong_settings():
    expect("wrong-names", 1,
           ("network", "failed", 'the region has no network "publik"; did you mean public?'),
           ("image", "failed", 'the region has no image "debian-99"; did you mean debian-1'),
           ("flavor", "failed", 'the region has no flavor "m1.smal"; did you mean m1.small?'),
           ("key pair", "failed", 'this user has no key pair "nobody"', "openstack keypair create"),
           ("ranges", "not checked", "needs network"), ("quotas", "not checked", "needs flavor"))
    expect("wrong-region", 1, ("region", "failed", 'no region "RegionOn"; did you mean RegionOne?'), ("network", "not checked", "needs region"))
    expect("wrong-ranges", 0, ("ranges", "warning", "203.0.112.0/24 is on no subnet"),
           ("ranges", "warning", "198.51.100.1 in upstreamRanges is the network's gateway", "deniedAddresses: ['198.51.100.1']"))


def test_wrong_dns():
    (SCRATCH / "other.secret").write_text("b3RoZXI=\n")
    expect("wrong-secret", 1, ("dns updates", "failed", "differs from the server's"), ("secrets", "warning", "can be read by other users", "chmod 600"))
    expect("wrong-key", 1, ("dns updates", "failed", 'does not know the key "nobody."'))
    expect("wrong-host", 1, ("dns updates", "failed", 'the key "uap-acme." may not write it'))
    expect("wrong-server", 1, ("dns updates", "failed", "198.51.100.9 does not answer"))
    expect("missing-secret", 1, ("secrets", "failed", "TF_VAR_no_such_variable is not set"))
    expect("wrong-zone", 1, ("dns updates", "failed", "the project cloud-b has no zone nowhere.example.test.", "openstack zone create"),
           ("names", "warning", "the zone nowhere.example.test is unknown to"))
    expect("half-way", 1, ("dns updates", "failed", "no answer"))
    tools = pathlib.Path(tempfile.mkdtemp(dir=SCRATCH))
    for tool in "node", "terraform":
        (tools / tool).symlink_to(shutil.which(tool))
    expect("by-update", 0, ("dns updates", "not checked", "nsupdate is not on the PATH", "bind9-dnsutils"), PATH=f"{tools}:/bin-without")
    nothing_left("when checks failed")


def test_wrong_ca():
    expect("wrong-ca", 1, ("acme", "failed", "from an unknown CA", ), ("caa", "not checked", "needs acme"))
    expect("wrong-directory", 1, ("acme", "failed", "is no ACME directory"))
    expect("by-update", 0, ("acme", "warning", "trusts its CA only if", "LEGO_CA_CERTIFICATES="))
    expect("by-update", 0, ("acme", "ok", "does not publish its rate limits"), LEGO_CA_CERTIFICATES="x")


def update(*lines):
    text = f"server 198.51.100.1\nkey hmac-sha256:uap-cloud-a. {SECRETS[0]}\nzone cloud-a.example.test.\n" + "\n".join(lines) + "\nsend\n"
    subprocess.run(["nsupdate"], input=text, text=True, check=True)


def test_caa():
    name = "caa.cloud-a.example.test."
    # Debian 12's Pebble does not publish its name for these records.
    context = ssl.create_default_context(cafile=str(RUN / "pebble/ca.pem"))
    with urllib.request.urlopen(ACME[1], context=context, timeout=10) as answer:
        cas = json.load(answer)["meta"].get("caaIdentities")
    cases = [(['iodef "mailto:a@b.test"'], "ok", "limit no CA")]
    if cas:
        cases += [
            (['issue "ca.test"'], "failed", f"allow ca.test, not {cas[0]}"),
            (['issue ";"'], "failed", f"allow no CA, not {cas[0]}"),
            ([f'issue "{cas[0]}"', 'issuewild "ca.test"'], "failed", f"not {cas[0]}"),
            ([f'issue "{cas[0]}"'], "ok", f"allow {cas[0]}"),
        ]
    else:
        cases += [
            (['issue "ca.test"'], "warning", "allow only ca.test"),
            (['issue ";"'], "warning", "allow only no CA"),
        ]
    try:
        for records, result, found in cases:
            update(f"update delete {name} CAA", *[f"update add {name} 1 CAA 0 {record}" for record in records])
            checked = Checked("caa")
            check(f"CAA {records}: {result}", checked.has("caa", result, found), checked.text)
    finally:
        update(f"update delete {name} CAA")


def test_names():
    """An address that already exists is reported."""
    try:
        update("update add caa.cloud-a.example.test. 1 A 192.0.2.7")
        checked = Checked("caa")
        check("a host name that is taken", checked.has("names", "warning", "already has the address 192.0.2.7"), checked.text)
    finally:
        update("update delete caa.cloud-a.example.test. A")


def clouds_yaml(name, **auth):
    clouds = json.loads(json.dumps(__import__("yaml").safe_load((RUN / "clouds.yaml").read_text())))
    clouds["clouds"][name] = {**clouds["clouds"]["cloud-a"], "auth": {**clouds["clouds"]["cloud-a"]["auth"], **auth}}
    file = SCRATCH / f"clouds-{name}.yaml"
    file.write_text(json.dumps(clouds))
    file.chmod(0o600)
    return str(file)


def test_quotas():
    """A project with hardly any quota."""
    admin = openstack.connect(cloud="admin")
    name = "uap-check-" + uuid.uuid4().hex[:8]
    password = uuid.uuid4().hex
    project = admin.identity.create_project(name=name, domain_id="default")
    user = admin.identity.create_user(name=name, password=password, default_project_id=project.id, domain_id="default")
    try:
        admin.identity.assign_project_role_to_user(project, user, next(role for role in admin.identity.roles() if role.name == "member"))
        admin.set_compute_quotas(project.id, instances=0, metadata_items=10)
        admin.set_network_quotas(project.id, port=0, security_group_rule=7)
        file = clouds_yaml("tight", username=name, password=password, project_name=name)
        expect("tight", 1,
               ("quotas", "failed", "1 instances needed, 0 of 0 free", "ask your cloud"),
               ("quotas", "failed", "1 ports needed, 0 of 0 free"),
               ("quotas", "failed", "8 security group rules needed"),
               ("metadata items", "failed", " needed for each instance, 10 allowed"), OS_CLIENT_CONFIG_FILE=file)
    finally:
        for group in admin.network.security_groups(project_id=project.id):
            admin.network.delete_security_group(group)
        admin.identity.delete_user(user)
        admin.identity.delete_project(project)


def one_line(what, result, wanted, code=1):
    got, out, err, seconds = result
    good = got == code and out == "" and re.search(wanted, err) and err.count("\n") == 1 and "    at " not in err
    check(f"{what}: one clear line", good, (got, out, err))
    return seconds


def test_bad_credentials():
    nowhere = str(SCRATCH / "none.yaml")
    init = ["init", "x", "--yes"]
    app = new_app()
    for name, auth, found in [
        ("refused", {"password": "wrong"}, "refuses the credentials: wrong user name, password or project"),
        ("silent", {"auth_url": "http://198.51.100.23:9000/v3"}, "no answer in 2 s"),
        ("absent", {"auth_url": "http://198.51.100.1:1/v3"}, "connection refused"),
    ]:
        file = clouds_yaml(name, **auth)
        checked = Checked(name, "--timeout", "2", OS_CLIENT_CONFIG_FILE=file)
        check(f"check {name}: exit code 1, reported once", checked.code == 1 and len(checked.of("credentials", "failed")) == 1
              and checked.has("credentials", "failed", found) and checked.has("network", "not checked", "needs credentials"), checked.text)
        seconds = one_line(f"init {name}", uap(*init, "--openstack", name, "--timeout", "2", cwd=app, OS_CLIENT_CONFIG_FILE=file), found)
        check(f"init {name} ends in bounded time ({seconds:.1f} s)", seconds < 20)
    one_line("init without clouds.yaml", uap(*init, cwd=app, OS_CLIENT_CONFIG_FILE="", HOME=str(SCRATCH)), "clouds.yaml is missing; download it")
    one_line("init with a variable that names nothing", uap(*init, cwd=app, OS_CLIENT_CONFIG_FILE=nowhere), "names .*none.yaml, which does not exist")
    one_line("init with an entry that is not there", uap("init", "cloud-c", "--yes", cwd=app), 'has no entry "cloud-c"; did you mean cloud-a')
    for options, wanted in [
        (["--region", "RegionOn"], "--region: \"RegionOn\" does not exist; did you mean RegionOne"),
        (["--network", "publik"], "--network: \"publik\" does not exist"),
        (["--flavor", "huge"], '--flavor: "huge" does not exist; allowed: m1.small'),
        (["--host", "proxy.elsewhere.test"], "is not in the zone cloud-b.example.test"),
        (["--host", "https://proxy.cloud-b.example.test/"], "is a URL"),
        (["--email", "nobody"], "is not a mail address"),
        (["--ranges", "198.51.100.7/24"], "is an address in a network"),
        (["--acme-directory", "https://198.51.100.1:14000/dir"], "from an unknown CA"),
        (["--acme-ca", "/no/ca.pem", "--acme-directory", "https://198.51.100.1:14000/dir"], "does not exist"),
        (["--dns", "rfc2136"], r"Which server is the primary.*Give --dns-server|Which zone.*Give --zone"),
        (["--force=1"], "."),
    ]:
        result = uap("init", "x", "--yes", "--openstack", "cloud-b", *options, cwd=app)
        one_line(f"init {' '.join(options)}", result, wanted, code=1 if "--acme-directory" == options[0] else 2)
    check("nothing was written by an init that failed", sorted(os.listdir(app / "stacks")) == ["index.ts"], os.listdir(app / "stacks"))


# --- init

def new_app():
    app = pathlib.Path(tempfile.mkdtemp(prefix="app-", dir=SCRATCH))
    for name in "lib", "node_modules", "cdktf.json":
        (app / name).symlink_to(ROOT / name)
    (app / "stacks").mkdir()
    (app / "stacks/index.ts").write_text("import { cloudsFromYaml } from '../lib';\n\nexport const clouds = [...cloudsFromYaml(__dirname)];\n")
    return app


def test_init():
    app = new_app()
    code, out, err, _ = uap("init", "cloud-b", "--yes", "--host", "check.cloud-b.example.test", "--certificate", "instance", *ACME, cwd=app)
    check("init --yes of a cloud with Designate", code == 0 and "stacks/cloud-b.yaml is written; stacks/index.ts reads it." in out, out + err)
    written = (app / "stacks/cloud-b.yaml").read_text()
    for line in ["zone: cloud-b.example.test", "publicNetwork: public", "upstreamRanges: [198.51.100.0/24]",
                 "allowSpecialPurposeRanges: true", "deniedAddresses: [198.51.100.1]", "flavor: m1.small", "region: RegionOne"]:
        check(f"it has {line}", line in written, written)
    check("what it wrote passes uap check", uap("check", "cloud-b", cwd=app)[0] == 0)
    code, out, err, _ = uap("init", "cloud-b", "--yes", cwd=app)
    check("a second init writes over nothing", code == 1 and "already exists; give --force" in err and (app / "stacks/cloud-b.yaml").read_text() == written, err)
    both = "proxy-one.cloud-a.example.test,proxy-two.cloud-a.example.test"
    code, out, err, _ = uap("init", "cloud-a", "--yes", "--region", "RegionOne,RegionTwo", "--host", both, "--dns-server", "198.51.100.1",
                            "--zone", "cloud-a.example.test", "--dns-key", "uap-cloud-a", "--dns-key-file", str(RUN / "tsig/cloud-a.secret"),
                            "--challenge-key", "uap-acme", "--challenge-key-file", str(RUN / "tsig/acme.secret"),
                            "--email", "ops@cloud-a.example.test", *ACME, cwd=app)
    check("init --yes with dynamic updates and two regions", code == 0, out + err)
    check("the next command knows the CA", "LEGO_CA_CERTIFICATES=" in out, out)
    check("nothing else was written", sorted(os.listdir(app / "stacks")) == ["cloud-a.yaml", "cloud-b.yaml", "index.ts"], os.listdir(app / "stacks"))
    code, out, err, _ = uap("check", "cloud-a", cwd=app)
    check("what it wrote passes uap check", code == 0 and "failed" not in out, out + err)
    check("without a terminal it asks for options", "Give --flavor, or --yes for the proposals" in uap("init", "y", "--openstack", "cloud-b", "--region", "RegionOne", "--image", "debian-12", cwd=app)[2])


def test_init_on_a_terminal():
    app = new_app()
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(app)
        os.execve(UAP[0], UAP + ["init", "mine", "--openstack", "cloud-b", "--image", "debian-12", *ACME], environment(TERM="xterm"))
    text = ""

    def until(wanted):
        nonlocal text
        end = time.monotonic() + 60
        seen = ""
        while wanted not in seen:
            if time.monotonic() > end:
                raise TimeoutError(f"no {wanted!r} in {seen!r}")
            if select.select([terminal], [], [], 1)[0]:
                try:
                    more = os.read(terminal, 65536).decode(errors="replace")
                except OSError:
                    break
                seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", more)
        text += seen
        return wanted in seen

    answers = 0
    try:
        for question, keys in [
            ("Which regions get a UAP?", "\r"), ("really have them?", "\r"), ("Which flavor?", "\r"), ("How are DNS records created?", "\r"),
            ("Which host name?", "\x15typed.cloud-b.example.test\r"), ("Where do the wildcard certificates come from?", "\x1b[B\r"),
            ("Which mail address", "\x15ops@cloud.org\r"),
        ]:
            check(f"it asks: {question}", until(question), text)
            time.sleep(0.3)
            os.write(terminal, keys.encode())
            answers += 1
        check("it ends with the next commands", until("npx cdktf deploy mine"), text)
    except TimeoutError as error:
        check("the questions come", False, error)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    check(f"exit code 0 after {answers} answers", os.waitstatus_to_exitcode(status) == 0, text)
    file = app / "stacks/mine.yaml"
    written = file.read_text() if file.exists() else ""
    for line in ["hostname: typed.cloud-b.example.test", "certificate: acmeOnInstance", "email: ops@cloud.org"]:
        check(f"the answer is in the file: {line}", line in written, written)


# --- ended before the end

def interrupt(cloud, when, signal_number, **env):
    command = UAP + ["check", cloud, "--stacks", str(STACKS), "--timeout", "30"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(**env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    end = time.monotonic() + 60
    while not when():
        if process.poll() is not None or time.monotonic() > end:
            break
        time.sleep(0.02)
    running = process.poll() is None
    process.send_signal(signal_number)
    start = time.monotonic()
    out, _ = process.communicate(timeout=60)
    seconds = time.monotonic() - start
    check(f"{cloud}: ended by {signal_number.name} with a record written: exit code 130 after {seconds:.1f} s",
          running and process.returncode == 130 and "interrupted before all checks had ended" in out, (running, process.returncode, out))


def test_interrupted():
    interrupt("by-designate", record_sets, signal.SIGINT)
    nothing_left("when it was interrupted (Designate)")
    tools = pathlib.Path(tempfile.mkdtemp(dir=SCRATCH))
    # The server has taken the update, and the answer is still to come.
    slow = tools / "nsupdate"
    slow.write_text(f'#!/bin/sh\necho "$@" >> {SCRATCH}/arguments\n{shutil.which("nsupdate")} "$@"\ncode=$?\nsleep 1\nexit $code\n')
    slow.chmod(slow.stat().st_mode | stat.S_IXUSR)
    interrupt("by-update", challenge_values, signal.SIGTERM, PATH=f"{tools}:{os.environ['PATH']}")
    nothing_left("when it was interrupted (RFC 2136)")
    arguments = (SCRATCH / "arguments").read_text()
    check("the key is not on the command line", arguments and not any(secret in arguments for secret in SECRETS), arguments)


def main():
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        for name, test in [(name, test) for name, test in globals().items() if name.startswith("test_") and wanted in name]:
            print(f"\n{name[5:].replace('_', ' ')}", flush=True)
            try:
                test()
            except Exception as error:
                check(f"{name} runs to its end", False, repr(error))
        everything = "\n".join(said)
        check("no secret was written out", not any(secret in everything for secret in SECRETS))
    finally:
        shutil.rmtree(SCRATCH, ignore_errors=True)
    print(f"\n{counts[True]} passed, {counts[False]} failed, {skipped} skipped")
    sys.exit(1 if counts[False] else 0)


main()
