//! Which replicas of a service are there: one question at a time finds out, while calls go to the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{Request, Response};
use tokio::sync::watch;
use tokio::time::Instant;
use tonic::ConnectError;
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint, Error};
use tower::{Service as _, ServiceExt as _};

/// How long a replica that answered counts as there.
const THERE: Duration = Duration::from_secs(5);

/// How long a replica that could not be reached is passed over.
const AWAY: Duration = Duration::from_secs(5);

/// What is known of a replica.
#[derive(Debug, Clone, Copy)]
enum Standing {
    /// Nothing: it was never asked, or its connection broke.
    Unknown,
    /// It is being asked for a connection.
    Probing,
    /// It answered then.
    There(Instant),
    /// It could not be reached then.
    Away(Instant),
}

/// The replicas of a service, and what is known of them.
pub(super) struct Replicas {
    each: Vec<Replica>,
    standing: watch::Sender<Vec<Standing>>,
    turn: AtomicUsize,
}

/// One of them.
pub(super) struct Replica {
    /// Which.
    pub(super) place: usize,
    endpoint: Endpoint,
    channel: Channel,
}

impl Replicas {
    /// Connections that are made when they are first needed, and again whenever they break.
    pub(super) fn new(endpoints: impl Iterator<Item = Endpoint>) -> Self {
        let replica =
            |(place, endpoint): (_, Endpoint)| Replica { place, channel: endpoint.connect_lazy(), endpoint };
        let each: Vec<Replica> = endpoints.enumerate().map(replica).collect();
        let standing = watch::Sender::new(vec![Standing::Unknown; each.len()]);
        Self { each, standing, turn: AtomicUsize::new(0) }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.each.len()
    }

    /// The replica for a call, past those that were `tried`: the next in turn that is there. Of whom nothing is known is
    /// asked meanwhile; a call waits for that only where nobody is there, and then for the first who answers. `None` where
    /// nobody can be reached.
    pub(super) async fn choose(self: &Arc<Self>, tried: &[usize]) -> Option<&Replica> {
        let begin = Instant::now();
        let first = self.turn.fetch_add(1, Ordering::Relaxed) % self.each.len().max(1);
        let in_turn = || {
            let all = self.each.iter().cycle().skip(first).take(self.each.len());
            all.filter(|replica| !tried.contains(&replica.place))
        };
        let mut standing = self.standing.subscribe();
        loop {
            let known = standing.borrow_and_update().clone();
            let of = |replica: &Replica| known.get(replica.place).copied().unwrap_or(Standing::Unknown);
            let is_there = |one: &Replica| matches!(of(one), Standing::There(then) if begin.duration_since(then) < THERE);
            let is_away = |one: &Replica| matches!(of(one), Standing::Away(then) if then.elapsed() < AWAY);
            in_turn().filter(|one| !is_there(one) && !is_away(one)).for_each(|one| self.ask(one));
            if let Some(there) = in_turn().find(|one| is_there(one)) {
                return Some(there);
            }
            // Found out since this call came: asking once more teaches it nothing.
            let failed = |one: &Replica| matches!(of(one), Standing::Away(then) if then >= begin);
            in_turn().filter(|one| !failed(one)).for_each(|one| self.ask(one));
            if in_turn().all(failed) {
                return None;
            }
            // The sender lives as long as the replicas do.
            standing.changed().await.ok()?;
        }
    }

    /// Finds out in the background whether a replica takes connections, unless that is being done.
    fn ask(self: &Arc<Self>, replica: &Replica) {
        let (place, endpoint) = (replica.place, replica.endpoint.clone());
        if !self.learn(place, Standing::Probing) {
            return;
        }
        let replicas = Arc::clone(self);
        tokio::spawn(async move {
            let found = match endpoint.connect().await {
                Ok(_) => Standing::There(Instant::now()),
                Err(cause) => {
                    let error: &dyn std::error::Error = &cause;
                    tracing::warn!(replica = %endpoint.uri(), error, "a replica cannot be reached");
                    Standing::Away(Instant::now())
                }
            };
            replicas.learn(place, found);
        });
    }

    /// Notes how a replica stands; whether that is news to those who wait.
    fn learn(&self, place: usize, found: Standing) -> bool {
        self.standing.send_if_modified(|all| {
            let Some(one) = all.get_mut(place) else { return false };
            // A connection that broke tells nothing of one that is being tried, or could not be made.
            if matches!(found, Standing::Unknown) && !matches!(one, Standing::There(_)) {
                return false;
            }
            let before = std::mem::replace(one, found);
            std::mem::discriminant(&before) != std::mem::discriminant(one) || matches!(one, Standing::Away(_))
        })
    }

    /// Sends a call to a replica.
    pub(super) async fn call(
        &self,
        replica: &Replica,
        request: Request<Body>,
    ) -> Result<Response<Body>, Error> {
        let mut channel = replica.channel.clone();
        let answer = match channel.ready().await {
            Ok(ready) => ready.call(request).await,
            Err(cause) => Err(cause),
        };
        let found = match &answer {
            Ok(_) => Standing::There(Instant::now()),
            Err(cause) if is_unreached(cause) => Standing::Away(Instant::now()),
            Err(_) => Standing::Unknown,
        };
        self.learn(replica.place, found);
        answer
    }
}

/// Whether nothing of a call was sent, because no connection could be made.
pub(super) fn is_unreached(cause: &Error) -> bool {
    let mut next: Option<&dyn std::error::Error> = Some(cause);
    while let Some(error) = next {
        if error.is::<ConnectError>() {
            return true;
        }
        next = error.source();
    }
    false
}
