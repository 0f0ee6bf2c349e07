//! The rig's dial plan.

use super::centre::Centre;
use anyhow::Result;
use std::fmt::Write as _;

/// The dial plan. Callers and agents only wait in it: the load driver hangs up, transfers and presses keys by its plan.
/// Each stay in a queue is announced by user events before and after, which is how the driver knows of it.
pub(super) fn dialplan(centre: &Centre) -> Result<String> {
    let mut text = String::from("[general]\nstatic = yes\nwriteprotect = yes\nclearglobalvars = no\n\n[inbound]\n");
    for queue in centre.queues {
        let (number, name, timeout) = (queue.number, queue.name, queue.timeout_s);
        let timeout = if timeout == 0 { String::new() } else { timeout.to_string() };
        writeln!(text, "exten => {number},1,Set(RIG_QUEUE={name})\n same => n,Set(RIG_TIMEOUT={timeout})")?;
        text.push_str(" same => n,Goto(stay,s,1)\n");
    }
    // A transferred caller arrives here with what they carried; so does an agent who asks the next queue first.
    text.push_str("\n[transfer]\ninclude => inbound\n\n");
    text.push_str(
        r#"[stay]
exten => s,1,ExecIf($["${RIG_NAME}" != ""]?Set(CALLERID(name)=${RIG_NAME}))
 same => n,ExecIf($["${RIG_NUMBER}" != ""]?Set(CALLERID(num)=${RIG_NUMBER}))
 same => n,ExecIf($["${CHANNEL(state)}" != "Up"]?Answer())
 same => n,UserEvent(RigEntered,CallID: ${RIG_CALL},Queue: ${RIG_QUEUE},Linked: ${CHANNEL(linkedid)})
 same => n,Queue(${RIG_QUEUE},ct,,,${RIG_TIMEOUT})
 same => n,UserEvent(RigReturned,CallID: ${RIG_CALL},Status: ${QUEUESTATUS})
 same => n,GotoIf($["${RIG_AGAIN}" = ""]?over)
 same => n,Set(RIG_NEXT=${RIG_AGAIN})
 same => n,Set(RIG_AGAIN=)
 same => n,Goto(inbound,${RIG_NEXT},1)
 same => n(over),Hangup()
exten => h,1,UserEvent(RigGone,CallID: ${RIG_CALL})

[moved]
exten => _X.,1,UserEvent(RigMoved,CallID: ${RIG_CALL})
 same => n,Goto(inbound,${EXTEN},1)
exten => desk,1,UserEvent(RigMoved,CallID: ${RIG_CALL})
 same => n,Wait(2)
 same => n,Hangup()
exten => h,1,UserEvent(RigGone,CallID: ${RIG_CALL})

[conference]
exten => _X.,1,ConfBridge(${EXTEN})
 same => n,Hangup()
exten => h,1,UserEvent(RigGone,CallID: ${RIG_CALL})

[parked-back]
exten => _[0-9A-Za-z_].,1,Goto(inbound,${RIG_BACK},1)
exten => s,1,Goto(inbound,${RIG_BACK},1)
exten => h,1,UserEvent(RigGone,CallID: ${RIG_CALL})

[third]
exten => _3XXX,1,Answer()
 same => n,Wait(${RIG_TALK})
 same => n,Hangup()

[colleague]
exten => _1XXX,1,Answer()
 same => n,Wait(3600)

[take]
exten => s,1,PickupChan(${RIG_TARGET})
 same => n,Hangup()

[fetch]
exten => _X.,1,ParkedCall(default,${EXTEN})
 same => n,Hangup()

[customer]
exten => _X.,1,Goto(${RIG_FATE})
 same => n(busy),Busy(1)
 same => n(congestion),Congestion(1)
 same => n(refused),Hangup(21)
 same => n(unallocated),Hangup(1)
 same => n(silent),Ringing()
 same => n,Wait(3600)
 same => n(answer),Ringing()
 same => n,Wait(${RIG_CUSTOMER_RING})
 same => n,UserEvent(RigPicked,CallID: ${RIG_CALL})
 same => n,Answer()
 same => n,Wait(${RIG_CUSTOMER_TALK})
 same => n,Hangup()

[campaign]
exten => _X.,1,GotoIf($["${RIG_MACHINE}" = ""]?inbound,${EXTEN},1)
 same => n,Set(AMDSTATUS=MACHINE)
 same => n,Wait(1)
 same => n,Hangup()

[leave-by-key]
exten => 1,1,UserEvent(RigKey,CallID: ${RIG_CALL})
 same => n,Hangup()
exten => h,1,UserEvent(RigGone,CallID: ${RIG_CALL})

[caller]
exten => s,1,Wait(3600)

[caller-key]
exten => s,1,Wait(${RIG_KEY_AFTER})
 same => n,SendDTMF(1)
 same => n,Wait(3600)

[agents]
exten => _1XXX,1,GotoIf($["${DEVICE_STATE(Custom:agent${EXTEN})}" != "NOT_INUSE"]?busy)
 same => n,Set(RIG_OWN=${EXTEN})
 same => n,Set(DEVICE_STATE(Custom:agent${EXTEN})=RINGING)
 same => n,Ringing()
 same => n,GotoIf($["${GLOBAL(RIG_AWAY_${EXTEN})}" = "1"]?away)
 same => n,Wait(${RIG_RING})
 same => n,Set(DEVICE_STATE(Custom:agent${EXTEN})=INUSE)
 same => n,Answer()
 same => n,ExecIf($["${RIG_SOUND}" != ""]?Playtones(440/1000))
 same => n,Wait(3600)
 same => n(busy),Busy(1)
 same => n(away),Wait(3600)
exten => h,1,ExecIf($["${RIG_OWN}" != ""]?Set(DEVICE_STATE(Custom:agent${RIG_OWN})=NOT_INUSE))

[from-internal]
exten => _1XXX,1,GotoIf($["${DEVICE_STATE(Custom:agent${EXTEN})}" != "NOT_INUSE"]?busy)
 same => n,Set(RIG_OWN=${EXTEN})
 same => n,Set(DEVICE_STATE(Custom:agent${EXTEN})=INUSE)
 same => n,Answer()
 same => n,Wait(3600)
 same => n(busy),Busy(1)
exten => h,1,ExecIf($["${RIG_OWN}" != ""]?Set(DEVICE_STATE(Custom:agent${RIG_OWN})=NOT_INUSE))

[outside]
exten => _X.,1,ExecIf($["${RIG_ACCOUNT}" != ""]?Set(CHANNEL(accountcode)=${RIG_ACCOUNT}))
 same => n,Dial(Local/${EXTEN}@customer/n,6)
 same => n,Hangup()
"#,
    );
    Ok(text)
}
