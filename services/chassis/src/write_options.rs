//! What every write carries beside its content: who asks, its id, and whether it is only a check.

use prost::Message;
use thidua_proto::parse::{Problem, Violations};
use uuid::Uuid;

use crate::caller::Caller;
use crate::failure::CommonError;
use crate::store::{Command, Committed, Context, Decision, Needs, Receipt, State, Store, request_hash};

/// The terms of a write.
#[derive(Debug, Clone)]
pub struct WriteOptions {
    method: &'static str,
    caller: String,
    request_id: Option<Uuid>,
    request_hash: String,
    request_bytes: usize,
    validate_only: bool,
}

impl WriteOptions {
    /// Of a request to `method`, such as `thidua.statistics.v1.PetitionService/CreatePetition`.
    pub fn parse(
        violations: &mut Violations,
        method: &'static str,
        caller: &Caller,
        request: &impl Message,
        (request_id, validate_only): (&str, bool),
    ) -> Option<Self> {
        let request_id =
            if request_id.is_empty() { None } else { Some(uuid(violations, "request_id", request_id)?) };
        let (request_hash, request_bytes) = (request_hash(method, request), request.encoded_len());
        let caller = caller.to_string();
        Some(Self { method, caller, request_id, request_hash, request_bytes, validate_only })
    }

    /// Of a part of a stream, whose id follows from the stream's; none for a check, which is made anew each time.
    #[must_use]
    pub fn of_part(
        method: &'static str,
        caller: &Caller,
        request: &impl Message,
        request_id: Uuid,
        validate_only: bool,
    ) -> Self {
        let request_id = (!validate_only).then_some(request_id);
        let (request_hash, request_bytes) = (request_hash(method, request), request.encoded_len());
        let caller = caller.to_string();
        Self { method, caller, request_id, request_hash, request_bytes, validate_only }
    }

    /// Puts a rule under these terms into the queue: those queued later are decided after it.
    pub async fn enqueue<E: From<CommonError> + Send + 'static>(
        self,
        store: &Store,
        needs: Needs,
        decide: impl Fn(&State, &Context) -> Result<Decision, E> + Send + Sync + 'static,
    ) -> Result<Receipt<E>, E> {
        store.enqueue(self.command(needs, decide)).await.map_err(CommonError::of_submit)
    }

    /// Runs a rule under these terms.
    pub async fn submit<E: From<CommonError> + Send + 'static>(
        self,
        store: &Store,
        needs: Needs,
        decide: impl Fn(&State, &Context) -> Result<Decision, E> + Send + Sync + 'static,
    ) -> Result<Committed, E> {
        store.submit(self.command(needs, decide)).await.map_err(CommonError::of_submit)
    }

    fn command<E>(
        self,
        needs: Needs,
        decide: impl Fn(&State, &Context) -> Result<Decision, E> + Send + Sync + 'static,
    ) -> Command<E> {
        Command {
            caller: self.caller,
            method: self.method,
            request_id: self.request_id,
            request_hash: self.request_hash,
            validate_only: self.validate_only,
            request_bytes: self.request_bytes,
            needs,
            decide: Box::new(decide),
        }
    }
}

/// Reads a UUID.
pub fn uuid(violations: &mut Violations, field: &str, text: &str) -> Option<Uuid> {
    let parsed = Uuid::try_parse(text).ok();
    if parsed.is_none() {
        violations.refuse(field, Problem::malformed(("a UUID", "một mã UUID"), text));
    }
    parsed
}

/// The id that the caller chose, or a new one.
pub fn id_or_new(violations: &mut Violations, field: &str, text: &str) -> Option<thidua_proto::names::Id> {
    if text.is_empty() {
        // A UUID is a valid id: hexadecimal digits and inner hyphens.
        return crate::clock::new_id().to_string().parse().ok();
    }
    violations.id(field, text)
}
