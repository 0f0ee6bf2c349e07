//! Asterisk and its family over AMI.
