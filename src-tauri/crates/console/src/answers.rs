//! Answers that many faces ask for at once: one of them has it made, the others are given the same.

use crate::wire::WireError;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How old an answer may be that costs nothing to make.
const YOUNG: Duration = Duration::from_secs(1);
/// How old any answer may be: faces ask about so often.
const OLD: Duration = Duration::from_secs(10);
/// An answer is kept so many times as long as it took to make, so however many ask, it takes no more than a tenth of one core.
const SHARE: u32 = 10;
/// Different questions that are remembered.
const MOST: usize = 64;

struct Made<V> {
    began: Instant,
    keeps: Duration,
    generation: u64,
    value: Arc<V>,
}

type Slot<V> = Arc<tokio::sync::Mutex<Option<Made<V>>>>;

/// Answers by what was asked.
pub(crate) struct Answers<K, V> {
    slots: Mutex<BTreeMap<K, Slot<V>>>,
    generation: AtomicU64,
}

impl<K, V> Default for Answers<K, V> {
    fn default() -> Self {
        Answers { slots: Mutex::default(), generation: AtomicU64::new(0) }
    }
}

impl<K: Ord + Clone, V> Answers<K, V> {
    /// What was decided changes every answer: none that was begun before is given any more.
    pub(crate) fn forget(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    /// The answer to a question: a young one, or what `make` gives. Whoever asks while it is being made waits for it.
    pub(crate) async fn get<F, M>(&self, key: &K, make: M) -> Result<Arc<V>, WireError>
    where
        F: Future<Output = Result<V, WireError>>,
        M: FnOnce() -> F,
    {
        let slot = self.slot(key);
        let mut made = slot.lock().await;
        let generation = self.generation.load(Ordering::SeqCst);
        if let Some(made) = &*made
            && made.generation == generation
            && made.began.elapsed() < made.keeps
        {
            return Ok(made.value.clone());
        }
        let began = Instant::now();
        let value = Arc::new(make().await?);
        let keeps = (began.elapsed() * SHARE).clamp(YOUNG, OLD);
        *made = Some(Made { began, keeps, generation, value: value.clone() });
        Ok(value)
    }

    fn slot(&self, key: &K) -> Slot<V> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = slots.get(key) {
            return known.clone();
        }
        if slots.len() >= MOST {
            // Whoever waits holds its own handle.
            slots.clear();
        }
        slots.entry(key.clone()).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    #[tokio::test(flavor = "multi_thread")]
    async fn many_who_ask_cost_one_until_something_is_decided() {
        let (answers, made) = (Arc::new(Answers::<u32, u32>::default()), Arc::new(AtomicU32::new(0)));
        let ask = |key: u32| {
            let (answers, made) = (answers.clone(), made.clone());
            async move {
                let make = || async {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    Ok(made.fetch_add(1, Ordering::SeqCst) + 1)
                };
                *answers.get(&key, make).await.unwrap()
            }
        };
        let asked: Vec<_> = (0..100).map(|_| tokio::spawn(ask(7))).collect();
        for one in asked {
            assert_eq!(one.await.unwrap(), 1);
        }
        assert_eq!(ask(8).await, 2, "another question has an answer of its own");
        answers.forget();
        assert_eq!(ask(7).await, 3);
        let refused = answers.get(&9, || async { Err(WireError::invalid("no")) }).await;
        assert!(refused.is_err());
        assert_eq!(*answers.get(&9, || async { Ok(5) }).await.unwrap(), 5, "a failure is no answer to keep");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn questions_are_bounded() {
        let answers = Answers::<usize, usize>::default();
        for key in 0..1000 {
            answers.get(&key, || async move { Ok(key) }).await.unwrap();
        }
        assert!(answers.slots.lock().unwrap().len() <= MOST);
    }
}
