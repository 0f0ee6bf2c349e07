//! Who works at the rig's call centre: data that the configuration, the load and the checks share.

/// One queue.
#[derive(Debug, Clone, Copy)]
pub struct Queue {
    /// Its name in the PBX.
    pub name: &'static str,
    /// The number that leads to it.
    pub number: &'static str,
    /// How members are chosen.
    pub strategy: &'static str,
    /// Seconds that a member rings.
    pub ring_s: u32,
    /// Seconds of after-call work.
    pub wrapup_s: u32,
    /// Seconds after which the dial plan takes a caller out; 0 never.
    pub timeout_s: u32,
    /// Callers may leave by pressing 1.
    pub exit_key: bool,
    /// Callers are turned away when every member is paused.
    pub needs_members: bool,
    /// Places to wait; 0 is unlimited.
    pub places: u32,
    /// Share of the calls, in parts of the sum.
    pub weight: u32,
}

/// One agent.
#[derive(Debug, Clone, Copy)]
pub struct Agent {
    /// Extension.
    pub number: u16,
    /// Name of the member.
    pub name: &'static str,
    /// Queues served, by name, with the penalty in each.
    pub queues: &'static [(&'static str, u8)],
}

impl Agent {
    /// The member's interface.
    pub fn interface(&self) -> String {
        format!("Local/{}@agents/n", self.number)
    }
}

/// The whole centre.
#[derive(Debug, Clone, Copy)]
pub struct Centre {
    /// Its queues.
    pub queues: &'static [Queue],
    /// Its agents.
    pub agents: &'static [Agent],
}

const PLAIN: Queue = Queue {
    name: "",
    number: "",
    strategy: "rrmemory",
    ring_s: 8,
    wrapup_s: 0,
    timeout_s: 0,
    exit_key: false,
    needs_members: false,
    places: 0,
    weight: 1,
};

/// A queue that someone named like a script, without members: who calls it waits until they hang up.
pub const HOSTILE_QUEUE: Queue = Queue { name: "<script>fila</script>", number: "4007", weight: 0, ..PLAIN };

/// Eight queues and twenty-one people, some in several. One queue is never called by the load: see [`HOSTILE_QUEUE`].
pub const CENTRE: Centre = Centre {
    queues: &[
        Queue { name: "sac", number: "4000", wrapup_s: 1, weight: 6, ..PLAIN },
        Queue {
            name: "televendas",
            number: "4001",
            strategy: "leastrecent",
            timeout_s: 9,
            exit_key: true,
            weight: 3,
            ..PLAIN
        },
        Queue { name: "suporte-n1", number: "4002", strategy: "fewestcalls", weight: 4, ..PLAIN },
        Queue { name: "helpdesk-n2", number: "4003", strategy: "ringall", weight: 2, ..PLAIN },
        Queue { name: "servicedesk-n3", number: "4004", strategy: "linear", ring_s: 5, weight: 1, ..PLAIN },
        Queue { name: "cobranca", number: "4005", strategy: "random", timeout_s: 12, weight: 2, ..PLAIN },
        Queue { name: "retencao", number: "4006", needs_members: true, places: 3, weight: 1, ..PLAIN },
        HOSTILE_QUEUE,
    ],
    agents: &[
        Agent { number: 1001, name: "Ana Souza", queues: &[("sac", 0)] },
        Agent { number: 1002, name: "Bruno Lima", queues: &[("sac", 0)] },
        Agent { number: 1003, name: "Carla Mendes", queues: &[("sac", 0), ("cobranca", 1)] },
        Agent { number: 1004, name: "Diego Rocha", queues: &[("sac", 0), ("televendas", 0)] },
        Agent { number: 1005, name: "Elisa Prado", queues: &[("sac", 1), ("televendas", 0)] },
        Agent { number: 1006, name: "Fábio Nunes", queues: &[("sac", 1), ("televendas", 0)] },
        Agent { number: 1007, name: "Gabriela Reis", queues: &[("televendas", 0)] },
        Agent { number: 1008, name: "Heitor Alves", queues: &[("suporte-n1", 0)] },
        Agent { number: 1009, name: "Isabela Dias", queues: &[("suporte-n1", 0)] },
        Agent { number: 1010, name: "João Pedro Conceição", queues: &[("suporte-n1", 0), ("helpdesk-n2", 0)] },
        Agent { number: 1011, name: "Karina Melo", queues: &[("suporte-n1", 0), ("sac", 2)] },
        Agent { number: 1012, name: "Lucas Teixeira", queues: &[("suporte-n1", 0)] },
        Agent { number: 1013, name: "Mariana Araújo", queues: &[("helpdesk-n2", 0)] },
        Agent { number: 1014, name: "Nelson Barros", queues: &[("helpdesk-n2", 0), ("servicedesk-n3", 1)] },
        Agent { number: 1015, name: "Olívia Castro", queues: &[("helpdesk-n2", 0), ("servicedesk-n3", 0)] },
        Agent { number: 1016, name: "Paulo Vieira", queues: &[("servicedesk-n3", 0)] },
        Agent { number: 1017, name: "Rafael Gomes", queues: &[("cobranca", 0)] },
        Agent { number: 1018, name: "Simone Ferraz", queues: &[("cobranca", 0), ("retencao", 1)] },
        Agent { number: 1019, name: "Tânia Queiroz", queues: &[("retencao", 0)] },
        // Someone typed markup into the PBX: it may only ever be shown as text.
        Agent { number: 1021, name: "<img src=x onerror=alert(1)>", queues: &[("helpdesk-n2", 1)] },
        Agent { number: 1020, name: "Uéslei d'Ávila", queues: &[("retencao", 0), ("sac", 3)] },
    ],
};

impl Centre {
    /// The queue of that name.
    pub fn queue(&self, name: &str) -> Option<&'static Queue> {
        self.queues.iter().find(|queue| queue.name == name)
    }

    /// The agent at that extension.
    pub fn agent(&self, number: u16) -> Option<&'static Agent> {
        self.agents.iter().find(|agent| agent.number == number)
    }
}
