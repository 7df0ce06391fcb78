//! What one caller can do to a program without breaking a rule of the protocol.

use std::net::SocketAddr;
use std::time::Duration;

use thidua_proto::journal::WatchEntriesRequest;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::statistics::ExportRecordsRequest;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use thidua_tests::call::by;
use thidua_tests::program::channel;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tonic::transport::Channel;

use crate::load::UNIT;

/// The office that means no good; it has a right to all that it calls.
const OFFICE: &str = "office=phong-khac; unit=units/do; roles=recorder";

/// Streams over one connection; a connection takes no more at once.
const STREAMS: usize = 100;

/// Cancelled calls that are under way at once.
const CANCELLED_AT_ONCE: usize = 100;

/// What is done.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Attack {
    /// Imports that never send anything.
    IdleImports,
    /// Watchers that never read.
    Watchers,
    /// Connections that say nothing.
    Connections,
    /// Exports that are left after their first message.
    AbandonedExports,
    /// Calls that are cancelled before their answer.
    CancelledCalls,
}

/// Every attack with how often it is made when it is made in full.
pub(crate) const ALL: [(Attack, usize); 5] = [
    (Attack::IdleImports, 5000),
    (Attack::Watchers, 5000),
    (Attack::Connections, 2000),
    (Attack::AbandonedExports, 1000),
    (Attack::CancelledCalls, 100_000),
];

/// An attack that goes on until it is dropped.
pub(crate) struct Running {
    tasks: JoinSet<Option<TcpStream>>,
    /// Kept open.
    _connections: Vec<Channel>,
    _silent: Vec<TcpStream>,
}

impl Attack {
    /// Begins, and ends when all of it is sent. What the program lets go of or refuses is not tried again.
    pub(crate) async fn begin(self, address: SocketAddr, journal: &str, count: usize) -> Running {
        let connections: Vec<Channel> = (0..count.div_ceil(STREAMS)).map(|_| channel(address)).collect();
        let channels = connections.iter().cycle().take(count).cloned();
        let (mut tasks, mut silent) = (JoinSet::new(), Vec::new());
        match self {
            Self::IdleImports => channels.for_each(|channel| drop(tasks.spawn(import_nothing(channel)))),
            Self::Watchers => {
                channels.for_each(|channel| drop(tasks.spawn(watch_unread(channel, journal.to_owned()))));
            }
            Self::Connections => {
                for _ in 0..count {
                    // Refused ones are the aim of a limit.
                    silent.extend(TcpStream::connect(address).await.ok());
                }
            }
            Self::AbandonedExports => {
                channels.for_each(|channel| drop(tasks.spawn(abandon_export(channel))));
                while tasks.join_next().await.is_some() {}
            }
            Self::CancelledCalls => {
                for number in 0..count {
                    if tasks.len() >= CANCELLED_AT_ONCE {
                        tasks.join_next().await;
                    }
                    tasks.spawn(cancel(connections[number % connections.len()].clone(), number));
                }
                while tasks.join_next().await.is_some() {}
            }
        }
        Running { tasks, _connections: connections, _silent: silent }
    }
}

impl Running {
    /// How many streams the program has let go of or refused.
    pub(crate) fn ended(&mut self) -> usize {
        let mut ended = 0;
        while self.tasks.try_join_next().is_some() {
            ended += 1;
        }
        ended
    }
}

async fn import_nothing(channel: Channel) -> Option<TcpStream> {
    let request = by(OFFICE, tokio_stream::pending());
    // How it ends is the program's to say.
    let _ = TransferServiceClient::new(channel).import_records(request).await;
    None
}

async fn watch_unread(channel: Channel, journal: String) -> Option<TcpStream> {
    let request = by(OFFICE, WatchEntriesRequest { journal, first_revision: Some(1) });
    if let Ok(unread) = JournalServiceClient::new(channel).watch_entries(request).await {
        // Held, and not read, until the attack ends.
        std::future::pending::<()>().await;
        drop(unread);
    }
    None
}

async fn abandon_export(channel: Channel) -> Option<TcpStream> {
    let parent = format!("units/{UNIT}");
    let request = by(OFFICE, ExportRecordsRequest { parent, ..ExportRecordsRequest::default() });
    if let Ok(records) = TransferServiceClient::new(channel).export_records(request).await {
        // One message, if there is one, and no more.
        let _ = records.into_inner().message().await;
    }
    None
}

async fn cancel(channel: Channel, number: usize) -> Option<TcpStream> {
    let patience = Duration::from_micros(u64::try_from(number % 1500).expect("few"));
    // Its end is that nobody waits for it.
    let _ = tokio::time::timeout(patience, abandon_export(channel)).await;
    None
}
