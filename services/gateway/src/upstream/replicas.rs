//! Which replicas of a service are there: one question at a time finds out, while calls go to the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{Request, Response};
use tokio::sync::watch;
use tokio::time::Instant;
use tonic::body::Body;
use tonic::transport::{Endpoint, Error};
use tonic::{ConnectError, TimeoutExpired};
use tower::{Service as _, ServiceExt as _};

use super::connections::{Connections, Lane};
use super::health::{self, Standing};

/// How long a replica that answered counts as present. One that stops without closing its connections gets no more calls
/// after that, as long as another is there.
const PRESENT: Duration = Duration::from_secs(2);

/// How long a replica that refused a connection is passed over where another is there.
const REFUSING: Duration = Duration::from_secs(5);

/// How long a silent replica is left alone before it is asked again.
const SILENT: Duration = Duration::from_secs(1);

/// After how long a call that got no answer makes one doubt that its replica is there.
const SLOW: Duration = Duration::from_secs(1);

/// A replica, as far as it is known.
#[derive(Debug, Clone, Copy)]
struct Known {
    standing: Standing,
    /// Whether it is being asked.
    is_asked: bool,
}

/// The replicas of a service, and what is known of them.
pub(super) struct Replicas {
    in_order: Vec<Replica>,
    known: watch::Sender<Vec<Known>>,
    turn: AtomicUsize,
    patience: Duration,
}

/// One of them.
pub(super) struct Replica {
    /// Which.
    pub(super) place: usize,
    endpoint: Endpoint,
    connections: Connections,
}

impl Replicas {
    /// `patience` is how long a replica may take to answer for its health.
    pub(super) fn new(endpoints: impl Iterator<Item = Endpoint>, patience: Duration) -> Self {
        let replica = |(place, endpoint): (_, Endpoint)| {
            let connections = Connections::new(&endpoint);
            Replica { place, endpoint, connections }
        };
        let in_order: Vec<Replica> = endpoints.enumerate().map(replica).collect();
        let unknown = Known { standing: Standing::Unknown, is_asked: false };
        let known = watch::Sender::new(vec![unknown; in_order.len()]);
        Self { in_order, known, turn: AtomicUsize::new(0), patience }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.in_order.len()
    }

    /// The replica for a call, past those that were `tried`: the next in turn that is present. Of whom nothing is known is
    /// asked meanwhile; a call waits for that only where nobody is present, and then for the first who answers. It does not
    /// wait for one that was silent before. `None` where nobody can be reached.
    pub(super) async fn choose(self: &Arc<Self>, tried: &[usize]) -> Option<&Replica> {
        let begin = Instant::now();
        let first = self.turn.fetch_add(1, Ordering::Relaxed) % self.in_order.len().max(1);
        let in_turn = || {
            let all = self.in_order.iter().cycle().skip(first).take(self.in_order.len());
            all.filter(|replica| !tried.contains(&replica.place))
        };
        let mut watched = self.known.subscribe();
        loop {
            let known = watched.borrow_and_update().clone();
            let standing = |replica: &Replica| {
                known.get(replica.place).map_or(Standing::Unknown, |known| known.standing)
            };
            in_turn().filter(|one| is_due(standing(one), begin)).for_each(|one| self.ask(one));
            if let Some(present) = in_turn().find(|one| is_present(standing(one), begin)) {
                return Some(present);
            }
            // A replica that refuses tells so at once: it may have come back.
            in_turn().filter(|one| refused_before(standing(one), begin)).for_each(|one| self.ask(one));
            if in_turn().all(|one| is_out(standing(one), begin)) {
                return in_turn().find(|one| matches!(standing(one), Standing::Leaving(_)));
            }
            // The sender lives as long as the replicas do.
            watched.changed().await.ok()?;
        }
    }

    /// Finds out in the background how a replica stands, unless that is being done.
    fn ask(self: &Arc<Self>, replica: &Replica) {
        let (place, endpoint) = (replica.place, replica.endpoint.clone());
        let is_first = self.known.send_if_modified(|all| {
            let Some(one) = all.get_mut(place) else { return false };
            !std::mem::replace(&mut one.is_asked, true)
        });
        if !is_first {
            return;
        }
        let replicas = Arc::clone(self);
        tokio::spawn(async move {
            let standing = health::ask(&endpoint, replicas.patience).await;
            replicas.known.send_modify(|all| {
                if let Some(one) = all.get_mut(place) {
                    *one = Known { standing, is_asked: false };
                }
            });
        });
    }

    /// Notes how a replica stands after a call; those who wait are told where that is news.
    fn learn(&self, place: usize, found: Standing) {
        self.known.send_if_modified(|all| {
            let Some(one) = all.get_mut(place) else { return false };
            // A call that failed makes one doubt a replica that was present, and tells nothing of another.
            if matches!(found, Standing::Unknown) && !matches!(one.standing, Standing::Present(_)) {
                return false;
            }
            let before = std::mem::replace(&mut one.standing, found);
            !matches!((before, found), (Standing::Present(_), Standing::Present(_)))
        });
    }

    /// Sends a call to a replica.
    pub(super) async fn call(
        &self,
        replica: &Replica,
        lane: Lane,
        request: Request<Body>,
    ) -> Result<Response<Body>, Error> {
        let pending = PendingCall { replicas: self, place: replica.place, begin: Instant::now() };
        let mut channel = replica.connections.of(lane);
        let answer = match channel.ready().await {
            Ok(ready) => ready.call(request).await,
            Err(cause) => Err(cause),
        };
        match &answer {
            Ok(_) => pending.end(Standing::Present(Instant::now())),
            Err(cause) if is_unreached(cause) && pending.begin.elapsed() < self.patience => {
                pending.end(Standing::Refusing(Instant::now()));
            }
            Err(cause) if is_unreached(cause) => pending.end(Standing::Silent(Instant::now())),
            // How long it waited tells whether to doubt the replica.
            Err(cause) if is_late(cause) => drop(pending),
            Err(_) => pending.end(Standing::Unknown),
        }
        answer
    }
}

/// A call that waits for its answer. Where its caller gives up after a while, its replica is doubted.
struct PendingCall<'r> {
    replicas: &'r Replicas,
    place: usize,
    begin: Instant,
}

impl PendingCall<'_> {
    fn end(mut self, found: Standing) {
        self.replicas.learn(self.place, found);
        self.begin = Instant::now();
    }
}

impl Drop for PendingCall<'_> {
    fn drop(&mut self) {
        if self.begin.elapsed() >= SLOW {
            self.replicas.learn(self.place, Standing::Unknown);
        }
    }
}

/// Whether a call that came at `begin` may be sent to a replica without asking it first.
fn is_present(standing: Standing, begin: Instant) -> bool {
    matches!(standing, Standing::Present(at) if begin.duration_since(at) < PRESENT)
}

/// Whether it is time to ask a replica how it stands.
fn is_due(standing: Standing, begin: Instant) -> bool {
    match standing {
        Standing::Unknown => true,
        Standing::Present(_) => !is_present(standing, begin),
        Standing::Leaving(at) | Standing::Refusing(at) => at.elapsed() >= REFUSING,
        Standing::Silent(at) => at.elapsed() >= SILENT,
    }
}

fn refused_before(standing: Standing, begin: Instant) -> bool {
    matches!(standing, Standing::Leaving(at) | Standing::Refusing(at) if at < begin)
}

/// Whether a call that came at `begin` has nothing to wait for from a replica.
fn is_out(standing: Standing, begin: Instant) -> bool {
    match standing {
        Standing::Unknown | Standing::Present(_) => false,
        Standing::Leaving(at) | Standing::Refusing(at) => at >= begin,
        Standing::Silent(_) => true,
    }
}

/// Whether nothing of a call was sent, because no connection could be made.
pub(super) fn is_unreached(cause: &Error) -> bool {
    has_source::<ConnectError>(cause)
}

/// Whether a call's own deadline passed.
fn is_late(cause: &Error) -> bool {
    has_source::<TimeoutExpired>(cause)
}

fn has_source<E: std::error::Error + 'static>(cause: &Error) -> bool {
    let mut next: Option<&dyn std::error::Error> = Some(cause);
    while let Some(error) = next {
        if error.is::<E>() {
            return true;
        }
        next = error.source();
    }
    false
}
