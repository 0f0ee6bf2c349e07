//! A hub that runs on a data folder: where it says it is, and asking it.

use crate::WrongUse;
use anyhow::{Context, Result, bail};
use mirante_console::sample_folder;
use mirante_console::wire::{Command, Reply, WireError};
use mirante_server::{Token, TokenPlace};
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file in a data folder that says where its hub listens: process and address.
const FILE: &str = "hub";
/// How long a hub may take for an answer.
const PATIENCE: Duration = Duration::from_secs(120);
/// Largest answer, bytes.
const LARGEST: u64 = 256 << 20;

/// Says where the hub of a folder is for as long as this lives.
pub(crate) struct Sign(PathBuf);

impl Sign {
    /// Where commands on this computer find it.
    pub(crate) fn put_up(data: &Path, address: SocketAddr) -> std::io::Result<Sign> {
        let path = data.join(FILE);
        std::fs::write(&path, format!("{} {}\n", std::process::id(), nearby(address)))?;
        Ok(Sign(path))
    }
}

impl Drop for Sign {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The same by an address that can be connected to.
fn nearby(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Asks the hub that process `pid` runs on `data`.
pub(crate) fn ask(data: &Path, pid: Option<u32>, token: Option<&str>, command: &Command) -> Result<Reply> {
    let token = token.map(|place| {
        let place: TokenPlace = place.parse().map_err(|error| WrongUse(format!("--token: {error}")))?;
        Ok::<_, anyhow::Error>(Token::fetch(&place)?)
    });
    let token = token.transpose()?;
    // The example data of a hub lie in a folder of their own within its folder.
    let around = data.parent().filter(|around| sample_folder(around) == data);
    let signs = [Some(data), around].into_iter().flatten();
    let Some(address) = signs.filter_map(|folder| address_in(folder, pid)).next() else {
        bail!("a window of Mirante has {} open: do this there, or close it first", data.display());
    };
    let body = serde_json::to_string(command)?;
    let mut request = format!("POST /api/command HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/json\r\n");
    if let Some(token) = &token {
        request.push_str(&format!("Authorization: Bearer {}\r\n", token.reveal()));
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    let answer = exchange(address, &request).with_context(|| format!("the hub at {address} does not answer"))?;
    let (head, body) = answer.split_once("\r\n\r\n").context("the hub's answer is not HTTP")?;
    match head.split(' ').nth(1) {
        Some("200") => serde_json::from_str(body).context("the hub's answer makes no sense: is it of another version?"),
        Some("401") => bail!("the hub wants its token: --token file:PATH or env:NAME, as it was started with"),
        status => {
            let error: WireError = serde_json::from_str(body)
                .with_context(|| format!("the hub answered {}", status.unwrap_or("nothing")))?;
            bail!("{error}")
        }
    }
}

/// Where the hub that process `pid` runs on a folder says that it is. What another process said once is not believed.
fn address_in(folder: &Path, pid: Option<u32>) -> Option<SocketAddr> {
    let sign = std::fs::read_to_string(folder.join(FILE)).ok()?;
    let (by, address) = sign.trim().split_once(' ')?;
    address.parse().ok().filter(|_| pid.is_some() && by.parse().ok() == pid)
}

fn exchange(address: SocketAddr, request: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.take(LARGEST).read_to_string(&mut answer)?;
    Ok(answer)
}
