//! A queue_log behind a real OpenSSH server, where this computer has one (Debian: openssh-server).
#![allow(clippy::print_stdout)]

use crate::remote_log::{Wire, Written, is_followed, is_refused};
use mirante_sources::asterisk::Secret;
use mirante_sources::asterisk::queue_log::{HostKey, LogAt, SftpAt};
use std::fs;
use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SSHD: &str = "/usr/sbin/sshd";
/// What a PBX of 2010 offers, as far as OpenSSH still can.
const OLD: &str = "KexAlgorithms diffie-hellman-group14-sha1\nMACs hmac-sha1\nCiphers aes128-ctr\n\
                   HostKeyAlgorithms ssh-rsa\nPubkeyAcceptedAlgorithms ssh-rsa\n";

/// An SSH server of the test's own, for the user who runs it; ended when dropped.
struct Sshd {
    child: Child,
    port: u16,
    keys: tempfile::TempDir,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().expect(program);
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

impl Sshd {
    /// `None` where there is no sshd. `more` is further configuration.
    fn start(host_key: &str, more: &str) -> Option<Sshd> {
        if !Path::new(SSHD).exists() {
            println!("no {SSHD} here (Debian: openssh-server): not verified");
            return None;
        }
        if run("id", &["-u"]) == "0" {
            // Where sshd puts what it distrusts, if it may.
            fs::create_dir_all("/run/sshd").expect("/run/sshd");
        }
        let keys = tempfile::tempdir().expect("tempdir");
        let at = |name: &str| keys.path().join(name).display().to_string();
        let make = |kind: &str, name: &str, passphrase: &str| {
            let bits: &[&str] = if kind == "rsa" { &["-b", "2048"] } else { &[] };
            run("ssh-keygen", &[&["-q", "-t", kind, "-N", passphrase, "-f", &at(name)], bits].concat());
        };
        make(host_key, "host", "");
        make("ed25519", "user", "");
        make("rsa", "old", "");
        make("ed25519", "closed", "abre-te");
        make("ed25519", "stranger", "");
        // As the guide says: the key opens SFTP alone, for reading.
        let line = |name: &str| {
            let public = fs::read_to_string(at(name)).expect("key");
            format!("restrict,command=\"internal-sftp -R\" {public}")
        };
        let public: String = ["user.pub", "old.pub", "closed.pub"].map(line).concat();
        fs::write(at("authorized"), public).expect("written");
        let port = TcpListener::bind("127.0.0.1:0").expect("bind").local_addr().expect("address").port();
        let config = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\nUsePAM no\n\
             PermitRootLogin yes\nSubsystem sftp internal-sftp\n{more}",
            at("host"),
            at("authorized")
        );
        fs::write(at("config"), config).expect("written");
        let log = fs::File::create(at("log")).expect("log");
        let child = Command::new(SSHD).args(["-D", "-e", "-f", &at("config")]).stderr(log).spawn().expect("sshd");
        let sshd = Sshd { child, port, keys };
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                Instant::now() < until,
                "sshd does not listen: {}",
                fs::read_to_string(sshd.key("log")).expect("log")
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(sshd)
    }

    fn key(&self, name: &str) -> PathBuf {
        self.keys.path().join(name)
    }

    fn host_key(&self) -> HostKey {
        run("ssh-keygen", &["-lf", &self.key("host.pub").display().to_string()]).parse().expect("a fingerprint")
    }

    fn at(&self, port: u16, log: &Written) -> SftpAt {
        SftpAt {
            host: "127.0.0.1".into(),
            port,
            user: run("id", &["-un"]),
            path: log.path().display().to_string(),
            host_key: Some(self.host_key()),
            key: Some(self.key("user")),
            password: None,
        }
    }
}

fn written() -> Written {
    Written(tempfile::tempdir().expect("tempdir"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_behind_sftp_is_followed() {
    tokio::task::spawn_blocking(|| {
        let Some(sshd) = Sshd::start("ed25519", "") else { return };
        let log = written();
        let wire = Wire::to(sshd.port);
        is_followed(&LogAt::Sftp(sshd.at(wire.port, &log)), &log, &wire);
    })
    .await
    .expect("followed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_server_with_old_keys_is_entered() {
    tokio::task::spawn_blocking(|| {
        let Some(sshd) = Sshd::start("rsa", OLD) else { return };
        let log = written();
        log.line("1.1");
        let at = SftpAt { key: Some(sshd.key("old")), ..sshd.at(sshd.port, &log) };
        assert_eq!(LogAt::Sftp(at).open().size().expect("entered"), Some(38));
    })
    .await
    .expect("entered");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_let_in_is_told_why_and_what_to_do() {
    tokio::task::spawn_blocking(|| {
        let Some(sshd) = Sshd::start("ed25519", "") else { return };
        let log = written();
        log.line("1.1");
        let right = sshd.at(sshd.port, &log);
        let own = sshd.host_key().to_string();
        let refused = |at: SftpAt| is_refused(&mut *LogAt::Sftp(at).open());
        let other: HostKey = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU".parse().expect("a fingerprint");
        let secret = |text: &str| Some(Secret::new(text));
        for (at, kind, parts) in [
            (
                SftpAt { host_key: Some(other), ..right.clone() },
                ErrorKind::PermissionDenied,
                vec!["not the pinned one", &own, "ssh-ed25519"],
            ),
            (
                SftpAt { host_key: None, ..right.clone() },
                ErrorKind::PermissionDenied,
                vec!["is not pinned", &own, "queue_log_fingerprint"],
            ),
            (
                SftpAt { key: Some(sshd.key("stranger")), ..right.clone() },
                ErrorKind::PermissionDenied,
                vec!["does not let user", "this key"],
            ),
            (
                SftpAt { key: None, password: secret("errada"), ..right.clone() },
                ErrorKind::PermissionDenied,
                vec!["this password"],
            ),
            (SftpAt { key: None, ..right.clone() }, ErrorKind::InvalidInput, vec!["neither a key nor a password"]),
            (
                SftpAt { key: Some(sshd.key("absent")), ..right.clone() },
                ErrorKind::InvalidInput,
                vec!["cannot use the key", "absent"],
            ),
            (SftpAt { key: Some(sshd.key("closed")), ..right.clone() }, ErrorKind::InvalidInput, vec!["passphrase"]),
            (
                SftpAt { key: Some(sshd.key("closed")), password: secret("errada"), ..right.clone() },
                ErrorKind::InvalidInput,
                vec!["cannot use the key"],
            ),
        ] {
            let error = refused(at);
            assert_eq!(error.kind(), kind, "{error}");
            assert!(parts.iter().all(|part| error.to_string().contains(part)), "{error}");
            assert!(!error.to_string().contains("errada"), "{error}");
        }
        let opened = SftpAt { key: Some(sshd.key("closed")), password: secret("abre-te"), ..right.clone() };
        assert_eq!(LogAt::Sftp(opened).open().size().expect("entered"), Some(38));
        let mut place = LogAt::Sftp(SftpAt { path: format!("{}.none", right.path), ..right.clone() }).open();
        assert_eq!(place.size().expect("told"), None, "a log that is not there yet");
        let mut bytes = Vec::new();
        assert_eq!(place.read(None, 0, 1, &mut bytes).expect_err("none").kind(), ErrorKind::NotFound);
        let folder = SftpAt { path: log.0.path().display().to_string(), ..right };
        assert_eq!(is_refused(&mut *LogAt::Sftp(folder).open()).to_string(), "this is not a file");
    })
    .await
    .expect("told");
}
