//! `mirantectl tail` as an administrator of a PBX uses it: the whole program, and the static one alone in an empty root.

use mirante_sources::asterisk::Secret;
use mirante_sources::asterisk::queue_log::{LogAt, Tail, TailAt};
use mirante_tests::hub::mirantectl;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

const LINE: &str = "1795290492|1.1|sac|NONE|ABANDON|1|1|3\n";

/// A `mirantectl tail`; ended when dropped.
struct Served {
    child: Child,
    port: u16,
    /// Kept open: whoever writes to a closed one would end.
    _stderr: BufReader<ChildStderr>,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    /// Starts it, whatever `program` it takes to start it, and waits until it serves.
    fn start(program: &[&str], folder: &str) -> Served {
        let (file, state) = (format!("{folder}/queue_log"), format!("{folder}/state"));
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).args(["tail", "--file", &file, "--listen", "127.0.0.1:0", "--state", &state]);
        // Nothing of this machine's surroundings: the PBX has others.
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{program:?}: {error}"));
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr"));
        let mut said = String::new();
        while stderr.read_line(&mut said).expect("stderr") > 0 {
            if let Some((_, port)) = said.trim_end().rsplit_once(" at 127.0.0.1:") {
                let port = port.parse().expect("a port");
                return Served { child, port, _stderr: stderr };
            }
        }
        let _ = child.wait();
        panic!("{program:?} does not serve: {said}");
    }

    /// Ends it and gives what it printed.
    fn end(mut self) -> String {
        self.child.kill().expect("ended");
        let mut printed = String::new();
        self.child.stdout.take().expect("stdout").read_to_string(&mut printed).expect("text");
        printed
    }
}

/// What the advice says between quotes behind a key, and the token.
fn advised(advice: &str) -> (String, String) {
    let fingerprint = advice.lines().find_map(|line| line.strip_prefix("queue_log_fingerprint = \"")).expect("a pin");
    let token = advice.lines().find(|line| line.len() == 64).expect("a token");
    (fingerprint.trim_end_matches('"').to_owned(), token.to_owned())
}

/// Starts it twice and follows the log through a rotation.
fn is_followed(program: &[&str], folder: &str, outside: &Path) {
    let log = outside.join("queue_log");
    fs::write(&log, LINE).expect("a log");
    let first = Served::start(program, folder).end();
    let (fingerprint, token) = advised(&first);
    assert!(first.contains("queue_log = \"tail://127.0.0.1:"), "{first}");
    let served = Served::start(program, folder);
    let at = TailAt {
        host: "127.0.0.1".into(),
        port: served.port,
        fingerprint: fingerprint.parse().expect("a fingerprint"),
        token: Secret::new(token),
    };
    let mut tail = Tail::at_end(LogAt::Tail(at).open());
    let mut calls = Vec::new();
    fs::write(&log, LINE.repeat(2)).expect("a line");
    tail.poll(|line| calls.push(line.call.text().into_owned()));
    fs::rename(&log, outside.join("queue_log.1")).expect("rotated");
    fs::write(&log, LINE.replace("1.1", "2.1")).expect("a log");
    tail.poll(|line| calls.push(line.call.text().into_owned()));
    assert_eq!(calls, ["1.1", "2.1"], "{program:?}");
    assert_eq!(served.end(), "", "the token is shown at the first start alone");
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn a_log_is_served_and_the_token_shown_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, program) = (folder.path().display().to_string(), mirantectl().expect("built").display().to_string());
    is_followed(&[&program], &path, folder.path());
    let show = |state: &str| {
        let output = Command::new(&program).args(["tail", "--show", "--state", state]).output().expect("runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, again) = show(&format!("{path}/state"));
    assert_eq!(code, Some(0));
    advised(&again);
    assert_eq!(show(&format!("{path}/queue_log/x")).0, Some(1), "where nothing can be kept");
}

/// The static program, if `cargo xtask dist tail` made it.
fn fixed() -> Option<PathBuf> {
    let built = mirantectl().expect("built");
    let target = built.parent().and_then(Path::parent).expect("a target folder");
    let found = Some(target.join("dist/mirantectl")).filter(|path| path.exists());
    if found.is_none() {
        println!("no static mirantectl here (cargo xtask dist tail): not verified");
    }
    found
}

#[test]
#[ignore = "needs the static mirantectl: cargo xtask dist tail"]
fn the_static_program_serves_from_an_empty_root() {
    let Some(program) = fixed() else { return };
    let root = tempfile::tempdir().expect("a folder");
    fs::copy(&program, root.path().join("mirantectl")).expect("copied");
    fs::create_dir(root.path().join("log")).expect("a folder");
    let path = root.path().display().to_string();
    let enter = ["unshare", "--map-root-user", &format!("--root={path}")];
    let alone = |arguments: &[&str]| [&enter[..], &["/mirantectl"], arguments].concat().join(" ");
    let works = Command::new(enter[0]).args(&enter[1..]).args(["/mirantectl", "--version"]).output();
    let works = works.expect("unshare runs");
    if !works.status.success() {
        println!("{}: {}", alone(&["--version"]), String::from_utf8_lossy(&works.stderr).trim());
        println!("this machine lets nobody enter another root: not verified");
        return;
    }
    is_followed(&[&enter[..], &["/mirantectl"]].concat(), "/log", &root.path().join("log"));
    let all: Vec<_> =
        fs::read_dir(root.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(all.len(), 2, "the program and the log's folder, nothing else: {all:?}");
}

/// System calls that Linux 3.10, CentOS 7's kernel, does not have and that programs of today try.
const YOUNG: &str = "getrandom,statx,copy_file_range,memfd_create,membarrier,rseq,clone3,close_range,openat2,faccessat2,\
                     epoll_pwait2,pidfd_open,renameat2,execveat,preadv2,pwritev2,io_uring_setup,futex_waitv,seccomp";

#[test]
#[ignore = "needs the static mirantectl: cargo xtask dist tail"]
fn the_static_program_serves_on_a_kernel_of_2013() {
    let Some(program) = fixed() else { return };
    let strace = Command::new("strace").arg("-V").output();
    assert!(strace.is_ok_and(|output| output.status.success()), "strace takes young system calls away: install it");
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("trace").display().to_string();
    let inject = format!("inject={YOUNG}:error=ENOSYS");
    let program = program.display().to_string();
    let path = folder.path().display().to_string();
    is_followed(&["strace", "-D", "-f", "-o", &trace, "-e", &inject, &program], &path, folder.path());
    let missed = fs::read_to_string(&trace).expect("a trace");
    println!("{} calls of young kernels were refused", missed.matches("ENOSYS").count());
}
