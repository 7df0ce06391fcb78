use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_connection_that_says_nothing_is_closed() {
    let (mut other, own) = duplex(1024);
    let mut stream = PatientStream::new(own);
    other.write_all(b"GET").await.unwrap();
    let begin = Instant::now();
    let read = stream.read_to_end(&mut Vec::new()).await;
    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::TimedOut);
    assert_eq!(begin.elapsed(), GREETING);
}

#[tokio::test(start_paused = true)]
async fn one_that_has_begun_may_pause() {
    let (mut other, own) = duplex(1024);
    let mut stream = PatientStream::new(own);
    other.write_all(&[b'x'; GREETING_BYTES]).await.unwrap();
    stream.read_exact(&mut [0; GREETING_BYTES]).await.unwrap();
    let reading = tokio::spawn(async move { stream.read_u8().await });
    tokio::time::sleep(GREETING * 10).await;
    other.write_all(b"y").await.unwrap();
    assert_eq!(reading.await.unwrap().unwrap(), b'y');
}

#[tokio::test(start_paused = true)]
async fn one_that_reads_nothing_is_closed() {
    let (mut other, own) = duplex(8);
    let mut stream = PatientStream::new(own);
    let writing = tokio::spawn(async move { stream.write_all(&[0; 64]).await });
    // One that reads late is not.
    tokio::time::sleep(WRITING / 2).await;
    other.read_exact(&mut [0; 8]).await.unwrap();
    let begin = Instant::now();
    let written = writing.await.unwrap();
    assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut);
    assert!(begin.elapsed() >= WRITING);
}

#[test]
fn accepting_goes_on_where_one_connection_failed_and_pauses_where_the_system_did() {
    assert!(concerns_one_connection(&io::Error::from(io::ErrorKind::ConnectionAborted)));
    // EMFILE: too many open files.
    assert!(!concerns_one_connection(&io::Error::from_raw_os_error(24)));
}
