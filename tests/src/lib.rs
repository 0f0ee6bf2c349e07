//! Black-box tests on the built programs, with the rig that runs real servers for them.
