//! Which requests get as far as a call at all. A browser sends requests on behalf of pages that its user looks at: those
//! are told by their content type, their `Host` and their `Origin`.

use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use tonic::body::Body;

use super::refusal::refuse;
use crate::failure::CommonError;
use crate::plain;

/// Under which names a program is called, and from which pages.
#[derive(Debug, Clone, Default)]
pub struct Door {
    /// Host names beside those of loopback and beside addresses in digits; `*` for any.
    pub hosts: Vec<String>,
    /// Origins of pages whose scripts may call, such as `https://thidua.example`.
    pub origins: Vec<String>,
}

/// Why a request is turned away.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum DoorRefusal {
    /// A method of gRPC that is not called by gRPC.
    NotGrpc,
    /// The name is not one of this program.
    Host(String),
    /// A script of a page that is not known.
    Origin(String),
}

impl Door {
    pub(super) fn check<B>(&self, request: &Request<B>) -> Result<(), DoorRefusal> {
        let headers = request.headers();
        if let Some(origin) = headers.get_all(ORIGIN).iter().find(|origin| !self.knows_origin(origin)) {
            return Err(DoorRefusal::Origin(String::from_utf8_lossy(origin.as_bytes()).into_owned()));
        }
        let authority = request.uri().authority().map(|authority| authority.as_str().as_bytes());
        let hosts = headers.get_all(HOST).iter().map(HeaderValue::as_bytes).chain(authority);
        if let Some(host) = hosts.into_iter().find(|host| !self.knows_host(host)) {
            return Err(DoorRefusal::Host(String::from_utf8_lossy(host).into_owned()));
        }
        if is_grpc_path(request.uri().path()) && !speaks_grpc(request.method(), headers) {
            return Err(DoorRefusal::NotGrpc);
        }
        Ok(())
    }

    fn knows_origin(&self, origin: &HeaderValue) -> bool {
        self.origins.iter().any(|known| known.as_bytes() == origin.as_bytes())
    }

    /// A page can have its own name point here (DNS rebinding), but it cannot have a browser send an address in digits,
    /// nor a name of loopback, in place of that name.
    fn knows_host(&self, host: &[u8]) -> bool {
        let Ok(authority) = Authority::try_from(host) else { return false };
        let name = authority.host().to_ascii_lowercase();
        let is_address = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
        let is_loopback = name == "localhost" || name.ends_with(".localhost");
        is_address || is_loopback || self.hosts.iter().any(|known| known == "*" || *known == name)
    }
}

/// Whether a path is a method of gRPC, whether or not there is one of that name.
fn is_grpc_path(path: &str) -> bool {
    path.starts_with("/thidua.") || path.starts_with("/grpc.")
}

fn speaks_grpc(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::POST && headers.get_all(CONTENT_TYPE).iter().count() == 1 && plain::is_grpc(headers)
}

impl DoorRefusal {
    /// The answer: a failure in gRPC to those who speak it, a page of text to others.
    pub(super) fn answer(&self, path: &str, domain: &str, speaks_grpc: bool) -> Response<Body> {
        let (status, english, vietnamese) = self.texts(path);
        if speaks_grpc {
            return refuse(CommonError::CallerInvalid { problem: english }, domain);
        }
        plain::text(status, &vietnamese, &english)
    }

    fn texts(&self, path: &str) -> (StatusCode, String, String) {
        match self {
            Self::NotGrpc => {
                let method = thidua_proto::parse::cut(path.trim_start_matches('/'), 120);
                (
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    format!(
                        "{method} is a method of gRPC; call it by POST with the content type application/grpc, for \
                         example with grpcurl"
                    ),
                    format!(
                        "{method} là phương thức gRPC; hãy gọi bằng POST với kiểu nội dung application/grpc, ví dụ bằng \
                         grpcurl."
                    ),
                )
            }
            Self::Host(host) => {
                let host = thidua_proto::parse::echo(host);
                (
                    StatusCode::MISDIRECTED_REQUEST,
                    format!(
                        "`{host}` is not a name of this program; its operator can add it to the setting `hosts`"
                    ),
                    format!(
                        "“{host}” không phải tên của chương trình này; người vận hành có thể thêm vào thiết lập hosts."
                    ),
                )
            }
            Self::Origin(origin) => {
                let origin = thidua_proto::parse::echo(origin);
                (
                    StatusCode::FORBIDDEN,
                    format!(
                        "pages of `{origin}` may not call; the operator can add it to the setting `origins`"
                    ),
                    format!(
                        "Trang “{origin}” không được gọi; người vận hành có thể thêm vào thiết lập origins."
                    ),
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, headers: &[(&str, &str)]) -> Result<(), DoorRefusal> {
        let door =
            Door { hosts: vec!["statistics".to_owned()], origins: vec!["https://thidua.example".to_owned()] };
        let request =
            headers.iter().fold(Request::post(path), |request, (key, value)| request.header(*key, *value));
        door.check(&request.body(()).unwrap())
    }

    const METHOD: &str = "/thidua.statistics.v1.PetitionService/CreatePetition";

    #[test]
    fn methods_are_called_by_grpc_alone() {
        for kind in ["application/grpc", "application/grpc+proto", "application/grpc-web"] {
            assert_eq!(check(METHOD, &[("content-type", kind)]), Ok(()));
        }
        for headers in
            [&[][..], &[("content-type", "text/plain")], &[("content-type", "application/grpc"); 2]]
        {
            assert_eq!(check(METHOD, headers), Err(DoorRefusal::NotGrpc), "{headers:?}");
        }
        assert_eq!(check("/sdmx/3.0/data", &[]), Ok(()));
    }

    #[test]
    fn a_host_is_an_address_or_a_name_that_is_known() {
        for host in
            ["127.0.0.1:8080", "[::1]:8080", "localhost", "LOCALHOST:1", "10.1.2.3", "Statistics:50051"]
        {
            assert_eq!(check("/", &[("host", host)]), Ok(()), "{host}");
        }
        for host in
            ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "statistics.evil.example", "a b"]
        {
            assert_eq!(check("/", &[("host", host)]), Err(DoorRefusal::Host(host.to_owned())));
        }
        let second = check("/", &[("host", "localhost"), ("host", "evil.example")]);
        assert_eq!(second, Err(DoorRefusal::Host("evil.example".to_owned())));
        let anyone = Door { hosts: vec!["*".to_owned()], ..Door::default() };
        assert!(anyone.knows_host(b"evil.example"));
    }

    #[test]
    fn pages_call_only_where_they_are_named() {
        assert_eq!(check("/", &[("origin", "https://thidua.example")]), Ok(()));
        for origin in ["https://evil.example", "null", "http://127.0.0.1:8080"] {
            assert_eq!(check("/", &[("origin", origin)]), Err(DoorRefusal::Origin(origin.to_owned())));
        }
    }
}
