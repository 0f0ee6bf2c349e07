//! Asterisk's configuration files for the rig's call centre.

use super::centre::Centre;
use super::dialplan::dialplan;
use super::install::Tree;
use anyhow::Result;
use std::fmt::Write as _;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;

/// User of the load driver: may do everything.
pub const DRIVER: (&str, &str) = ("driver", "rig-driver");
/// User that hears every event and may do nothing: to count by.
pub const EVERYTHING: (&str, &str) = ("everything", "rig-everything");
/// User of Mirante, with exactly the rights that its own page for whoever runs the PBX asks for.
pub const MIRANTE: (&str, &str) = ("mirante", "rig-mirante");
/// The same without the right to hear the dial plan: whoever runs the PBX may have left it out.
pub const NARROW: (&str, &str) = ("mirante-narrow", "rig-mirante-narrow");

/// The same who follows calls to the outside too, with the lines that the page has for it.
pub const OUTBOUND: (&str, &str) = ("mirante-outbound", "rig-mirante-outbound");

/// Modules of the rig: nothing that opens a port besides the manager interface.
const MODULES: &str = "app_dial app_exec app_queue app_userevent app_verbose app_senddtmf app_softhangup bridge_builtin_features \
    bridge_simple bridge_holding bridge_softmix codec_gsm codec_ulaw codec_alaw codec_resample format_gsm format_pcm format_wav \
    func_callerid func_channel func_cdr func_db func_devstate func_global func_logic func_strings func_timeout func_math \
    func_sprintf pbx_config res_musiconhold res_timing_timerfd res_timing_pthread res_manager_devicestate cdr_manager \
    app_transfer app_playtones app_stack app_confbridge app_directed_pickup res_parking res_stasis";

/// Writes every file into `instance/etc`. `stamped` has the PBX tell the time of each event, which it does not by default.
pub fn write(tree: &Tree, instance: &Path, port: u16, centre: &Centre, stamped: bool) -> Result<()> {
    let etc = instance.join("etc");
    for folder in ["etc", "run", "log", "spool", "lib", "moh"] {
        fs::create_dir_all(instance.join(folder))?;
    }
    let here = instance.display();
    let data = tree.root.join("usr/share/asterisk");
    let mut asterisk = String::from("[directories]\n");
    for (key, path) in [
        ("astetcdir", etc.display().to_string()),
        ("astmoddir", tree.modules().display().to_string()),
        ("astvarlibdir", format!("{here}/lib")),
        ("astdbdir", format!("{here}/lib")),
        ("astkeydir", format!("{here}/lib")),
        ("astdatadir", data.display().to_string()),
        ("astagidir", format!("{here}/lib")),
        ("astspooldir", format!("{here}/spool")),
        ("astrundir", format!("{here}/run")),
        ("astlogdir", format!("{here}/log")),
        ("astsbindir", format!("{here}/run")),
    ] {
        writeln!(asterisk, "{key} => {path}")?;
    }
    asterisk.push_str("[options]\nquiet = yes\nsystemname = rig\nhideconnect = yes\nlive_dangerously = no\n");
    fs::write(etc.join("asterisk.conf"), asterisk)?;

    let mut modules = String::from("[modules]\nautoload = no\n");
    for module in MODULES.split_whitespace() {
        writeln!(modules, "load = {module}.so")?;
    }
    fs::write(etc.join("modules.conf"), modules)?;
    fs::write(etc.join("manager.conf"), manager(port, stamped))?;
    fs::write(etc.join("queues.conf"), queues(centre)?)?;
    fs::write(etc.join("extensions.conf"), dialplan(centre)?)?;
    fs::write(
        etc.join("logger.conf"),
        "[general]\nqueue_log = yes\nqueue_log_to_file = yes\ndateformat = %F %T.%3q\n[logfiles]\nmessages = notice,warning,error\n",
    )?;
    fs::write(etc.join("cdr.conf"), "[general]\nenable = yes\nunanswered = yes\n")?;
    fs::write(etc.join("cdr_manager.conf"), "[general]\nenabled = yes\n")?;
    // Music costs more than everything else together, and nobody listens.
    fs::write(etc.join("musiconhold.conf"), format!("[general]\n[default]\nmode = files\ndirectory = {here}/moh\n"))?;
    // The agents' phones consult, join and complete by these keys, as the manager's own attended transfer does.
    fs::write(
        etc.join("features.conf"),
        "[general]\natxferthreeway = *3\natxfernoanswertimeout = 3600\n[featuremap]\natxfer = *2\n",
    )?;
    // Whoever nobody fetches comes back to the dial plan.
    fs::write(
        etc.join("res_parking.conf"),
        "[general]\n[default]\nparkext = 700\nparkpos = 701-799\ncontext = parked\ncomebacktoorigin = no\n\
         comebackcontext = parked-back\n",
    )?;
    for empty in ["confbridge.conf", "indications.conf", "cel.conf", "udptl.conf", "ccss.conf", "stasis.conf"] {
        fs::write(etc.join(empty), "[general]\n")?;
    }
    Ok(())
}

fn manager(port: u16, stamped: bool) -> String {
    let ((driver, driver_secret), (all, all_secret)) = (DRIVER, EVERYTHING);
    let stamps = if stamped { "yes" } else { "no" };
    let block = |secret| mirante_sources::asterisk::user_block(secret, Ipv4Addr::LOCALHOST.into());
    let narrow = block(NARROW.1).replace("[mirante]", &format!("[{}]", NARROW.0)).replace(",dialplan\n", "\n");
    let outbound = block(OUTBOUND.1).replace("[mirante]", &format!("[{}]", OUTBOUND.0));
    let outbound = outbound + &mirante_sources::asterisk::outbound_block();
    format!(
        "[general]\nenabled = yes\nport = {port}\nbindaddr = 127.0.0.1\ntimestampevents = {stamps}\nwebenabled = no\n\n\
         [{driver}]\nsecret = {driver_secret}\nread = system,call,agent,user\n\
         write = system,call,agent,user,command,originate,reporting\npermit = 127.0.0.1/255.255.255.255\n\n\
         [{all}]\nsecret = {all_secret}\nread = all\nwrite =\npermit = 127.0.0.1/255.255.255.255\n\n{}\n{narrow}\n{outbound}",
        block(MIRANTE.1)
    )
}

/// Members that do not count as being there.
const EMPTY: &str = "paused,penalty,invalid,unknown";

fn queues(centre: &Centre) -> Result<String> {
    let mut text = String::from(
        "[general]\npersistentmembers = yes\nautofill = yes\nmonitor-type = MixMonitor\nshared_lastcall = yes\n\
         log_membername_as_agent = yes\n",
    );
    for queue in centre.queues {
        writeln!(text, "\n[{}]\nmusicclass = default\nstrategy = {}", queue.name, queue.strategy)?;
        writeln!(text, "timeout = {}\nretry = 1\nwrapuptime = {}", queue.ring_s, queue.wrapup_s)?;
        writeln!(text, "servicelevel = 20\nringinuse = no\nmaxlen = {}", queue.places)?;
        if queue.exit_key {
            text.push_str("context = leave-by-key\n");
        }
        let (join, leave) = if queue.needs_members { (EMPTY, EMPTY) } else { ("yes", "no") };
        writeln!(text, "joinempty = {join}\nleavewhenempty = {leave}")?;
        for agent in centre.agents {
            if let Some((_, penalty)) = agent.queues.iter().find(|(name, _)| *name == queue.name) {
                let (interface, number) = (agent.interface(), agent.number);
                writeln!(text, "member => {interface},{penalty},{},Custom:agent{number}", agent.name)?;
            }
        }
    }
    Ok(text)
}
