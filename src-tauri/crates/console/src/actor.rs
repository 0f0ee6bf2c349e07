//! Who asks.

/// What an actor may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Looks on.
    Viewer,
    /// Looks on and changes connections and queues.
    Supervisor,
}

/// Who asks. Every command carries one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Name, for the record.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

impl Actor {
    /// Whoever is logged in to this computer: the actor of a lone desk.
    pub fn system_user() -> Self {
        let name = ["USER", "USERNAME", "LOGNAME"].iter().find_map(|key| std::env::var(key).ok());
        Actor { name: name.filter(|n| !n.is_empty()).unwrap_or_else(|| "local".into()), role: Role::Supervisor }
    }

    /// True if the actor may read whole telephone numbers; else they are masked.
    pub fn can_see_numbers(&self) -> bool {
        self.role == Role::Supervisor
    }

    /// True if the actor may change connections and queues.
    pub fn can_configure(&self) -> bool {
        self.role == Role::Supervisor
    }
}
