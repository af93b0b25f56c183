"""A throw-away SLURM: three virtual nodes on this machine, on loopback, in one temporary folder.

Debian's packages `munge slurmctld slurmd slurm-client`, as root, without systemd. Outside its folder it makes
one link, `/etc/slurm/slurm.conf`: the job step of Snakemake's executor drops SLURM_CONF from the environment
of the `srun` inside a job, which then reads the default place.
"""

import contextlib
import ctypes
import fcntl
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

LINK = Path("/etc/slurm/slurm.conf")
PROGRAMS = (
    "munged",
    "munge",
    "slurmctld",
    "slurmd",
    "sbatch",
    "squeue",
    "scancel",
    "srun",
    "scontrol",
    "sinfo",
)
NODES, CPUS, MEMORY = ("n1", "n2", "n3"), 8, 16000
PREFIX = "lfslurm-"
PATIENCE = Path(__file__).with_name("patience")


def why_not():
    """Return why there can be no throw-away cluster here; None if there can."""
    if os.getuid() != 0:
        return "starting SLURM's daemons needs root"
    lacking = [program for program in PROGRAMS if shutil.which(program) is None]
    if lacking:
        return f"not installed: {', '.join(lacking)} (apt-get install munge slurmctld slurmd slurm-client)"
    if os.path.lexists(LINK) and not (LINK.is_symlink() and f"/{PREFIX}" in str(LINK.readlink())):
        return f"{LINK} belongs to another cluster"
    return None


class Cluster:
    """A running cluster; a context manager that stops all that it started."""

    def __enter__(self):
        """Start it, waiting for another test process to stop its own."""
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir="/tmp"))  # short: it holds sockets
        self.name = f"lf{secrets.token_hex(4)}"
        self.daemons = {}
        self.environment = {
            **os.environ,
            "SLURM_CONF": str(self.folder / "slurm.conf"),
            "LC_ALL": "C",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(PATIENCE), os.environ.get("PYTHONPATH")])),
        }
        self._turn = Path(tempfile.gettempdir(), f"{PREFIX}turn").open("w")
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        # An ordinary kill of the tests, too, goes through __exit__.
        self._on_term = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            self._configure()
            LINK.parent.mkdir(exist_ok=True)
            LINK.unlink(missing_ok=True)
            LINK.symlink_to(self.folder / "slurm.conf")
            socket_file = self.folder / "munge/sock"
            self._start(
                "munged",
                *("munged", "--foreground", f"--socket={socket_file}", f"--key-file={self.folder}/munge/key"),
                *(f"--pid-file={self.folder}/munge/pid", f"--log-file={self.folder}/log/munged.log"),
                *(f"--seed-file={self.folder}/munge/seed", "--num-threads=2"),
            )
            self.until("munged", lambda: self._succeeds("munge", "-S", str(socket_file), "-n"))
            self._start("slurmctld", "slurmctld", "-D", "-c")
            for node in NODES:
                self.start_node(node)
            self.until("the nodes", lambda: self.states().count("idle") == len(NODES), seconds=120)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *error):
        """Cancel its jobs, end its processes, remove its folder and the link."""
        with contextlib.suppress(Exception):
            self.cancel_all()
        for node in NODES:
            self.stop_node(node)
        for pid in self._of_jobs():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for name in ("slurmctld", "munged"):
            self._stop(name)
        if LINK.is_symlink() and LINK.readlink() == self.folder / "slurm.conf":
            LINK.unlink()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._turn.close()
        signal.signal(signal.SIGTERM, self._on_term)

    def call(self, *command, timeout=30):
        """Run one of SLURM's commands and return its output."""
        answer = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=timeout
        )
        assert answer.returncode == 0, f"{command}: {answer.stderr}"
        return answer.stdout

    def states(self):
        """Return the state of each node."""
        return self.call("sinfo", "-h", "-N", "-p", "all", "-o", "%t").split()

    def jobs(self, state="all"):
        """Return what SLURM knows of each job, finished ones included."""
        fields = {"id": "%A", "name": "%j", "state": "%T", "node": "%N", "cpus": "%C", "comment": "%k"}
        lines = self.call("squeue", "-h", "-t", state, "-o", "|".join(fields.values())).splitlines()
        return [dict(zip(fields, line.split("|", len(fields) - 1), strict=True)) for line in lines]

    def wait_for_job(self, state, *, comment="", name="", seconds=90):
        """Return the first job in a state whose comment and name hold some text."""
        found = []

        def look():
            found[:] = [job for job in self.jobs(state) if comment in job["comment"] and name in job["name"]]
            return bool(found)

        self.until(f"a job that is {state}", look, seconds=seconds)
        return found[0]

    def times(self, number):
        """Return when a job started and ended, as SLURM writes it."""
        shown = self.call("scontrol", "show", "job", "-o", number)
        return tuple(re.search(rf"\b{field}=(\S+)", shown)[1] for field in ("StartTime", "EndTime"))

    def seconds(self, number):
        """Return how long a finished job took."""
        start, end = (datetime.fromisoformat(moment) for moment in self.times(number))
        return (end - start).total_seconds()

    def cancel_all(self):
        """Cancel every job and wait until none is left."""
        numbers = [job["id"] for job in self.jobs("PENDING,RUNNING,COMPLETING")]
        if numbers:
            self.call("scancel", *numbers)
            self.until("cancelled jobs", lambda: not self.jobs("PENDING,RUNNING,COMPLETING"))

    def start_node(self, node):
        """Start a node's daemon."""
        (self.folder / "spool" / node).mkdir(parents=True, exist_ok=True)
        self._start(node, "slurmd", "-D", "-N", node)

    def stop_node(self, node):
        """End a node's daemon in good order."""
        self._stop(node)

    def lose_node(self, node):
        """Kill a node's daemon and all its jobs, as when a machine loses power."""
        self.daemons[node].kill()
        self.daemons.pop(node).wait()
        for pid in self._of_jobs(node):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def logs(self):
        """Return the ends of the daemons' logs, for a message."""
        ends = []
        for log in sorted((self.folder / "log").glob("*")):
            ends.append(f"{log.name}: {log.read_text(errors='replace')[-800:]}")
        return "\n".join(ends)

    def _configure(self):
        for name in ("state", "run", "log", "spool", "munge"):
            (self.folder / name).mkdir()
        self.folder.chmod(0o755)
        (self.folder / "state").chmod(0o700)
        key = self.folder / "munge/key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o600)
        (self.folder / "plugstack.conf").touch()
        host = socket.gethostname().partition(".")[0]
        control, *ports = _free_ports(1 + len(NODES))
        nodes = "\n".join(
            f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} "
            f"CPUs={CPUS} RealMemory={MEMORY}"
            for node, port in zip(NODES, ports, strict=True)
        )
        (self.folder / "slurm.conf").write_text(
            f"""
ClusterName={self.name}
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={control}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={self.folder}/munge/sock,cred_expire=10
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={self.folder}/state
SlurmdSpoolDir={self.folder}/spool/%n
SlurmctldPidFile={self.folder}/run/slurmctld.pid
SlurmdPidFile={self.folder}/run/%n.pid
SlurmctldLogFile={self.folder}/log/slurmctld.log
SlurmdLogFile={self.folder}/log/%n.log
PlugStackConfig={self.folder}/plugstack.conf
MailProg=/bin/true
SwitchType=switch/none
MpiDefault=none
# no cgroups: processes are found by their parents, memory is read once a second
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_min_interval=0,sched_interval=2,bf_interval=2,batch_sched_delay=0
AccountingStorageType=accounting_storage/none
# finished jobs stay visible to squeue
MinJobAge=3600
# a node that went away is noticed soon
SlurmdTimeout=10
SlurmctldTimeout=10
KillWait=2
ReturnToService=2
# a node may claim more than this machine has
SlurmdParameters=config_overrides
{nodes}
PartitionName=DEFAULT MaxTime=INFINITE DefaultTime=60 DefMemPerCPU=256 State=UP
PartitionName=main Nodes={",".join(NODES[:2])} Default=YES
# the last node may be lost without harm to the jobs of others
PartitionName=all Nodes=ALL
"""
        )

    def _start(self, name, *command):
        with (self.folder / "log" / f"{name}.out").open("w") as output:
            self.daemons[name] = subprocess.Popen(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def _stop(self, name):
        daemon = self.daemons.pop(name, None)
        if daemon is None:
            return
        daemon.terminate()
        try:
            daemon.wait(10)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def _succeeds(self, *command):
        return subprocess.run(command, env=self.environment, capture_output=True, timeout=10).returncode == 0

    def until(self, what, holds, seconds=60):
        """Wait until something holds; SLURM's silence meanwhile is no error."""
        last = time.monotonic() + seconds
        while True:
            with contextlib.suppress(AssertionError, subprocess.TimeoutExpired):
                if holds():
                    return
            if time.monotonic() > last:
                raise TimeoutError(f"{what}: not within {seconds} s\n{self.logs()}")
            time.sleep(0.1)

    def _of_jobs(self, node=None):
        """Yield the processes of this cluster's jobs, and the daemons of their steps."""
        mine = {os.getpid(), os.getppid(), *(daemon.pid for daemon in self.daemons.values())}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) in mine:
                continue
            try:
                environment = (entry / "environ").read_bytes().split(b"\0")
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if command.startswith(b"slurmstepd"):
                ours = f"SLURM_CONF={self.folder}/slurm.conf".encode() in environment
                there = node is None or f"SLURMD_NODENAME={node}".encode() in environment
            else:
                ours = f"SLURM_CLUSTER_NAME={self.name}".encode() in environment
                there = node is None or f"SLURMD_NODENAME={node}".encode() in environment
            if ours and there:
                yield int(entry.name)


def _free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
