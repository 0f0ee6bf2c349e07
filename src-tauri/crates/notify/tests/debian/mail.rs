//! A real Exim: messages lie in a mailbox, and its refusals are told apart.

use crate::program::{NOBODY, Running, eventually, find, free_port, library, user};
use crate::{notice, now};
use mirante_notify::{Channel, Event, Language, Login, Notice, Secret, Security, SendError, Smtp, Weight, Why};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const PASSWORD: &str = "correct horse";

struct Mail {
    folder: TempDir,
    /// STARTTLS, TLS at once, no TLS at all.
    ports: [u16; 3],
    authority: String,
    _running: [Running; 2],
}

/// One that offers TLS and asks for a password, and one that offers nothing.
fn mail() -> Mail {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    // Unpacked by root it would begin as root.
    let exim = path.join("exim");
    std::fs::copy(find("usr/sbin/exim4"), &exim).unwrap();
    std::fs::set_permissions(&exim, std::fs::Permissions::from_mode(0o755)).unwrap();
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(path.join("cert.pem"), own.cert.pem()).unwrap();
    std::fs::write(path.join("key.pem"), own.signing_key.serialize_pem()).unwrap();
    for name in ["spool", "log", "mail"] {
        std::fs::create_dir(path.join(name)).unwrap();
    }
    let root = user() == 0;
    let runs_as = if root { NOBODY } else { user() };
    // The user that Debian's Exim was built for need not be here: it is told that it is whoever runs it.
    std::fs::write(
        path.join("passwd"),
        format!("Debian-exim:x:{runs_as}:{runs_as}::/:/bin/false\nroot:x:0:0::/:/bin/false\n"),
    )
    .unwrap();
    std::fs::write(path.join("group"), format!("Debian-exim:x:{runs_as}:\nroot:x:0:\nmail:x:8:\n")).unwrap();
    let ports = [free_port(), free_port(), free_port()];
    let secure = format!("tls_advertise_hosts = *\ntls_on_connect_ports = {}\n", ports[1]);
    std::fs::write(path.join("secure.conf"), config(path, &format!("{} : {}", ports[0], ports[1]), &secure)).unwrap();
    std::fs::write(path.join("plain.conf"), config(path, &ports[2].to_string(), "tls_advertise_hosts =\n")).unwrap();
    if root {
        let all = [
            "passwd",
            "group",
            "exim",
            "cert.pem",
            "key.pem",
            "spool",
            "log",
            "mail",
            "secure.conf",
            "plain.conf",
            ".",
        ];
        for name in all {
            std::os::unix::fs::chown(path.join(name), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    let wrapper = library("libnss_wrapper.so");
    let start = |name: &str, ports: &[u16]| {
        let mut command = Command::new(&exim);
        command.arg("-C").arg(path.join(name)).args(["-bdf", "-q1m"]);
        command
            .env("LD_PRELOAD", &wrapper)
            .env("NSS_WRAPPER_PASSWD", path.join("passwd"))
            .env("NSS_WRAPPER_GROUP", path.join("group"));
        if root {
            command.uid(NOBODY).gid(NOBODY);
        }
        Running::start(&mut command, ports, &path.join(format!("{name}.out")))
    };
    let running = [start("secure.conf", &ports[..2]), start("plain.conf", &ports[2..])];
    Mail { authority: own.cert.pem(), ports, _running: running, folder }
}

/// Whom it refuses is told by the name of the mailbox.
fn config(path: &Path, ports: &str, tls: &str) -> String {
    let path = path.display();
    format!(
        "exim_path = {path}/exim\nspool_directory = {path}/spool\nlog_file_path = {path}/log/%slog\n\
         pid_file_path = {path}/spool/pid.{}\nprimary_hostname = localhost\nqualify_domain = localhost\n\
         local_interfaces = 127.0.0.1\ndaemon_smtp_ports = {ports}\n{tls}\
         tls_certificate = {path}/cert.pem\ntls_privatekey = {path}/key.pem\n\
         host_lookup =\nrfc1413_query_timeout = 0s\ndeliver_drop_privilege = true\n\
         keep_environment = LD_PRELOAD : ^NSS_WRAPPER_\nacl_smtp_rcpt = rcpt\n\
         begin acl\nrcpt:\n\
         \x20 defer local_parts = later\n    message = 451 4.7.1 come back later\n\
         \x20 defer local_parts = full\n    message = 452 4.2.2 over quota\n\
         \x20 deny local_parts = gone\n    message = no mailbox of 11987654321\n\
         \x20 deny !authenticated = *\n    condition = ${{if def:tls_in_cipher}}\n    message = 530 5.7.0 say who you are\n\
         \x20 accept\n\
         begin routers\nall:\n  driver = accept\n  transport = box\n\
         begin transports\nbox:\n  driver = appendfile\n  directory = {path}/mail\n  maildir_format\n  envelope_to_add\n\
         begin authenticators\nplain:\n  driver = plaintext\n  public_name = PLAIN\n  server_prompts = :\n\
         \x20 server_condition = ${{if and{{{{eq{{$auth2}}{{mirante}}}}{{eq{{$auth3}}{{{PASSWORD}}}}}}}}}\n\
         \x20 server_set_id = $auth2\n  server_advertise_condition = ${{if def:tls_in_cipher}}\n",
        ports.replace(" : ", ".")
    )
}

impl Mail {
    fn channel(&self, place: usize, security: Security, password: Option<&str>, to: &str) -> Smtp {
        let login = password.map(|password| Login { user: "mirante".to_owned(), password: Secret::new(password) });
        let (server, to) =
            (("localhost", self.ports[place], security), [format!("Supervisão <{to}@localhost.localdomain>")]);
        Smtp::new(server, login, Some(self.authority.as_bytes()), "Mirante <mirante@central.example>", &to).unwrap()
    }

    /// Every message that lies there, oldest first.
    async fn messages(&self, count: usize) -> Vec<String> {
        let new: PathBuf = self.folder.path().join("mail/new");
        eventually("the message lies in the mailbox", async || {
            let mut files: Vec<_> = std::fs::read_dir(&new).ok()?.flatten().map(|entry| entry.path()).collect();
            files.sort_by_key(|file| std::fs::metadata(file).unwrap().modified().unwrap());
            (files.len() == count).then(|| files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect())
        })
        .await
    }
}

fn header<'a>(message: &'a str, name: &str) -> &'a str {
    let line = message.lines().find(|line| line.starts_with(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("no {name} in\n{message}")).split_once(": ").unwrap().1
}

#[tokio::test]
#[ignore = "needs Debian's Exim: cargo xtask test --only channels"]
async fn messages_lie_in_a_real_mailbox_by_every_way_in() {
    let mail = mail();
    let ways = [(0, Security::StartTls, Some(PASSWORD)), (1, Security::Tls, Some(PASSWORD)), (2, Security::None, None)];
    for (count, (place, security, password)) in ways.into_iter().enumerate() {
        let channel = mail.channel(place, security, password, "sup");
        channel.send(&notice(Event::Firing, "queue-starved/1/sac", now()), now()).await.unwrap();
        let messages = mail.messages(count + 1).await;
        let last = messages.last().unwrap();
        let arrived = header(last, "Envelope-to");
        assert_eq!(arrived, "sup@localhost.localdomain");
        let by = ["with esmtpsa", "with esmtpsa", "with esmtp"][place];
        assert!(last.contains(by), "{by}\n{last}");
    }
    let channel = mail.channel(0, Security::StartTls, Some(PASSWORD), "sup");
    channel.send(&notice(Event::Resolved, "queue-starved/1/sac", now()), now()).await.unwrap();
    let messages = mail.messages(4).await;
    let (fired, over) = (&messages[0], &messages[3]);
    assert_eq!(header(fired, "References"), header(over, "References"), "one conversation");
    assert_eq!(header(fired, "Message-ID"), header(&messages[1], "Message-ID"), "the same message again");
    assert_ne!(header(fired, "Message-ID"), header(over, "Message-ID"));
    assert_eq!(header(fired, "Auto-Submitted"), "auto-generated");
    // Words beyond ASCII, as every reader of mail understands them.
    let subject = "[Mirante] Disparado · crítico: SAC: ninguém livre, ção e 🙂";
    assert_eq!(python_reads(fired), (subject.to_owned(), "12 pessoas esperam há até 03:10.".to_owned()));
}

/// Subject and first line as Python's reader of mail sees them.
fn python_reads(message: &str) -> (String, String) {
    let script = "import sys,email,email.policy\nm=email.message_from_bytes(sys.stdin.buffer.read(),policy=email.policy.default)\n\
                  sys.stdout.buffer.write((m['subject']+'\\n'+m.get_content()).encode())";
    let mut python = Command::new("python3")
        .args(["-c", script])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut python.stdin.take().unwrap(), message.as_bytes()).unwrap();
    let out = String::from_utf8(python.wait_with_output().unwrap().stdout).unwrap();
    let mut lines = out.lines().map(|line| line.trim_end().to_owned());
    (lines.next().unwrap(), lines.next().unwrap())
}

#[tokio::test]
#[ignore = "needs Debian's Exim: cargo xtask test --only channels"]
async fn refusals_of_a_real_server_are_told_apart() {
    let mail = mail();
    let told = async |place, security, password, to: &str| -> SendError {
        let channel = mail.channel(place, security, password, to);
        let error = channel.send(&Notice::test(Language::Portuguese, now()), now()).await.unwrap_err();
        let shown = format!("{error} {error:?} {}", error.told(Language::Portuguese));
        assert!(!shown.contains("11987654321") && !shown.contains(PASSWORD), "{shown}");
        error
    };
    let good = Some(PASSWORD);
    for (place, security, password, to, weight, why, code) in [
        (0, Security::StartTls, good, "later", Weight::Transient, Why::TooFast, Some(451)),
        (1, Security::Tls, good, "full", Weight::Transient, Why::TooFast, Some(452)),
        (0, Security::StartTls, good, "gone", Weight::Message, Why::Refused, Some(550)),
        (0, Security::StartTls, Some("wrong"), "sup", Weight::Channel, Why::Credentials, Some(535)),
        (0, Security::StartTls, None, "sup", Weight::Channel, Why::Credentials, Some(530)),
        // A server without TLS is never told a password, nor anything else, where TLS is asked for.
        (2, Security::StartTls, good, "sup", Weight::Channel, Why::Settings, None),
    ] {
        let error = told(place, security, password, to).await;
        assert_eq!((error.weight, error.why, error.code), (weight, why, code), "{to} at {place}");
    }
    // Nobody vouches for it.
    let server = ("localhost", mail.ports[0], Security::StartTls);
    let stranger =
        Smtp::new(server, None, None, "a@central.example", &["sup@localhost.localdomain".to_owned()]).unwrap();
    let error = stranger.send(&Notice::test(Language::English, now()), now()).await.unwrap_err();
    assert_eq!((error.weight, error.why), (Weight::Transient, Why::Tls), "{error:?}");
    // Nobody listens.
    let nobody =
        Smtp::new(("localhost", free_port(), Security::None), None, None, "a@b.example", &["c@d.example".to_owned()])
            .unwrap();
    let error = nobody.send(&Notice::test(Language::English, now()), now()).await.unwrap_err();
    assert_eq!((error.weight, error.why), (Weight::Transient, Why::Unreachable), "{error:?}");
}
