//! Commands about alerts.

use super::Console;
use crate::alerts;
use crate::wire::{AlertRules, AlertStory, AlertsAsked, AlertsPast, Reply, WireError};
use mirante_engine::watch::{Order, OrderError, Want, Watched, unit};
use mirante_floor::alert::Key;

/// Most alerts in one order.
const MOST: usize = 1_000;

impl Console {
    /// Does what somebody wants of alerts; it is kept when this answers.
    pub(super) async fn order_alerts(&self, by: &str, ids: &[String], what: Want) -> Result<Reply, WireError> {
        if ids.is_empty() || ids.len() > MOST {
            return Err(WireError::invalid(format!("between one and {MOST} alerts at a time")));
        }
        let key = |id: &String| Key::read(id).ok_or_else(|| WireError::invalid(format!("{id} is no id of an alert")));
        let keys = ids.iter().map(key).collect::<Result<_, _>>()?;
        let engine = self.shown().engine.clone();
        engine.alerts(Order { keys, by: by.into(), what }).await??;
        engine.flush().await?;
        Ok(Reply::Done)
    }

    pub(super) async fn alerts_history(&self, asked: AlertsAsked) -> Result<AlertsPast, WireError> {
        let live = self.shown().engine.live().clone();
        self.on_history(move |history, _| {
            // Names are those of now: what a queue was called then is not what people look for.
            let floor = live.read(|state| state.floor.clone());
            alerts::past(history, &floor, &asked)
        })
        .await
    }

    pub(super) async fn alert_story(&self, alert: u64) -> Result<AlertStory, WireError> {
        let engine = self.shown().engine.clone();
        self.on_history(move |history, _| {
            let floor = engine.live().read(|state| state.floor.clone());
            let (set, _) = engine.rules();
            let rule = |key: &Key| {
                let listed = set.listed.iter().find(|listed| listed.rule.id == key.rule)?;
                let figure = listed.rule.when.figure().map(|(name, _)| name.to_owned());
                Some(Watched { figure, unit: unit(&listed.rule), plan: listed.rule.plan.clone(), ..Watched::default() })
            };
            alerts::story(history, &floor, alert, rule)
        })
        .await
    }

    pub(super) fn alert_rules(&self) -> AlertRules {
        alerts::rules(&self.shown().engine)
    }

    pub(super) async fn switch_rule(&self, id: String, on: bool) -> Result<AlertRules, WireError> {
        let engine = self.shown().engine.clone();
        let done = tokio::task::spawn_blocking(move || {
            let known = engine.switch_rule(&id, on).map_err(WireError::conflict)?;
            let rules = alerts::rules(&engine);
            known.then_some(rules).ok_or_else(|| WireError::not_found(format!("no rule is called {id}")))
        });
        done.await.map_err(|error| WireError::internal(error.to_string()))?
    }
}

impl From<OrderError> for WireError {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::Gone(_) => WireError::not_found(error.to_string()),
            OrderError::Legal(_) => WireError::forbidden(error.to_string()),
            OrderError::Until | OrderError::Silence(_) => WireError::invalid(error.to_string()),
        }
    }
}
