//! The Asterisk source against a manager that this test plays, over real sockets on loopback.

mod checks;
mod connect;
mod fake;
mod missed;
mod remote_log;
mod session;
mod sftp;
mod tls;
