use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread::{self, JoinHandle},
    time::Instant,
};

use super::*;

const LIMIT: Duration = Duration::from_secs(5);
const SHORT: Duration = Duration::from_millis(200);

/// What one POST looked like: its head line by line, and its body.
type Seen = (Vec<String>, Vec<u8>);

fn read(stream: &TcpStream) -> Seen {
    let mut stream = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_ascii_lowercase());
    }
    let length = head
        .iter()
        .find_map(|line| line.strip_prefix("content-length: "))
        .expect("the length is said");
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    (head, body)
}

/// A system that takes one POST and answers so; where that is nothing it hangs up.
fn system(answer: &'static str) -> (u16, JoinHandle<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let seen = read(&stream);
        stream.write_all(answer.as_bytes()).unwrap();
        seen
    });
    (port, served)
}

fn tell(port: u16) -> Result<(), CannotHandOver> {
    post(&format!("http://127.0.0.1:{port}/in?x=1"), b"{}", LIMIT)
}

#[test]
fn any_2xx_says_that_it_was_taken() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
    ] {
        let (port, served) = system(answer);
        assert_eq!(tell(port), Ok(()), "{answer}");
        let (head, body) = served.join().unwrap();
        assert_eq!(head[0], "post /in?x=1 http/1.1");
        assert!(head.contains(&format!("host: 127.0.0.1:{port}")));
        assert!(head.contains(&"content-type: application/json".to_owned()));
        assert_eq!(body, b"{}");
    }
}

#[test]
fn every_other_answer_says_that_it_was_not() {
    for (answer, status) in [
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404),
        ("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", 500),
        (
            "HTTP/1.1 307 Elsewhere\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
            307,
        ),
    ] {
        let (port, served) = system(answer);
        assert_eq!(tell(port), Err(CannotHandOver::Answered(status)));
        served.join().unwrap();
    }
}

#[test]
fn whoever_hangs_up_has_not_answered() {
    let (port, served) = system("");
    assert_eq!(tell(port), Err(CannotHandOver::NoAnswer));
    served.join().unwrap();
}

#[test]
fn what_is_not_http_is_for_repair() {
    let (port, served) = system("220 mail.example ESMTP\r\n\r\n");
    assert_eq!(tell(port), Err(CannotHandOver::NotHttp));
    served.join().unwrap();
}

#[test]
fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    assert_eq!(tell(port), Err(CannotHandOver::NoAnswer));
}

#[test]
fn silence_ends() {
    // It takes the connection, by the kernel's hand, and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let begun = Instant::now();
    assert_eq!(post(&url, b"{}", SHORT), Err(CannotHandOver::NoAnswer));
    let took = begun.elapsed();
    assert!(took >= SHORT && took < LIMIT, "{took:?}");
}

#[test]
fn a_name_of_this_machine_is_found_whichever_address_listens() {
    let (port, served) = system("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let url = format!("http://localhost:{port}/");
    assert_eq!(post(&url, b"{}", LIMIT), Ok(()));
    let (head, _) = served.join().unwrap();
    assert!(head.contains(&format!("host: localhost:{port}")));
}

#[test]
fn nothing_goes_beyond_this_machine() {
    for url in [
        "http://192.0.2.1/",
        "http://0.0.0.0:1/",
        "http://[2001:db8::1]/",
        "http://[::ffff:192.0.2.1]/",
        "http://127.0.0.1@192.0.2.1/",
        "http://me@127.0.0.1/",
        "https://127.0.0.1/",
        "/in",
        "",
    ] {
        let why = post(url, b"{}", SHORT).unwrap_err();
        assert_eq!(why, CannotHandOver::Elsewhere, "{url}");
    }
}
