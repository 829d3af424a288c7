//! Calls of a test go through their course: what is made, noted, taken back and said.

use super::*;
use std::sync::Mutex;

/// Calls of a test: what making and taking back each comes to.
struct Three {
    cancel_in: Option<(usize, CancellationToken)>,
    fails: Option<(usize, FaultKind)>,
    /// How often taking the call with this index back is refused because it still goes on.
    busy: Mutex<Vec<u32>>,
    /// How often making the call with this index is refused because something else still goes on.
    refused: Vec<u32>,
    ways: [WayBack; 3],
    done: Arc<Mutex<Vec<String>>>,
}

impl Three {
    fn new(ways: [WayBack; 3]) -> Self {
        let done = Arc::default();
        let busy = Mutex::new(vec![0; 3]);
        Self { cancel_in: None, fails: None, busy, refused: vec![0; 3], ways, done }
    }
}

impl Calls for Three {
    fn title(&self) -> String {
        "Three calls".to_owned()
    }

    fn operations(&self) -> Vec<&'static str> {
        vec!["s:One", "s:Two", "s:Three"]
    }

    fn make<'a>(
        &'a mut self,
        index: usize,
        course: &'a Course,
    ) -> BoxFuture<'a, std::result::Result<(), Failed>> {
        Box::pin(async move {
            self.done.lock().unwrap().push(format!("make {index}"));
            if self.refused[index] > 0 {
                self.refused[index] -= 1;
                return Err(Fault::new(FaultKind::Conflict, "s:x", "still being made").into());
            }
            if let Some((_, token)) = self.cancel_in.as_ref().filter(|(at, _)| *at == index) {
                token.cancel();
            }
            if let Some((_, kind)) = self.fails.as_ref().filter(|(at, _)| *at == index) {
                return Err(Fault::new(kind.clone(), "s:x", "no").into());
            }
            // Something that never becomes so.
            if index == 1 && self.cancel_in.as_ref().is_some_and(|(at, _)| *at == 1) {
                course.watch(std::future::pending::<Result<()>>()).await?;
            }
            Ok(())
        })
    }

    fn way_back(&self, index: usize) -> WayBack {
        self.ways[index]
    }

    fn take_back(&self, index: usize) -> Reply<'_, Back> {
        Box::pin(async move {
            let mut busy = self.busy.lock().unwrap();
            if busy[index] > 0 {
                busy[index] -= 1;
                return Err(Fault::new(FaultKind::Conflict, "s:Undo", "still being made"));
            }
            self.done.lock().unwrap().push(format!("back {index}"));
            Ok(Back::Done)
        })
    }

    fn record(&self, index: usize) -> Option<String> {
        (self.ways[index] == WayBack::Call).then(|| format!("undo {index}"))
    }

    fn waits(&self, index: usize) -> bool {
        index == 1
    }
}

/// A journal in memory: what it knew before each call, and what was kept at the end.
#[derive(Default)]
struct Noted {
    begun: Mutex<Vec<BegunCall>>,
    kept: Mutex<Option<Vec<BegunCall>>>,
    /// Where the calls say what they do.
    done: Arc<Mutex<Vec<String>>>,
}

impl Journal for Noted {
    fn begins<'a>(&'a self, title: &'a str, call: BegunCall) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.done.lock().unwrap().push(format!("{title}: {}", call.operation));
            self.begun.lock().unwrap().push(call);
        })
    }

    fn ended(&self, stay: Vec<BegunCall>) -> BoxFuture<'_, ()> {
        Box::pin(async move { *self.kept.lock().unwrap() = Some(stay) })
    }
}

fn of(operation: &str, record: Option<&str>) -> BegunCall {
    BegunCall { operation: operation.to_owned(), record: record.map(str::to_owned) }
}

#[tokio::test]
async fn each_call_is_noted_with_its_way_back_before_it_is_sent_and_nothing_is_kept_of_what_was_made() {
    let calls = &mut Three::new([WayBack::Call, WayBack::None, WayBack::Call]);
    let noted = Arc::new(Noted { done: Arc::clone(&calls.done), ..Noted::default() });
    Course::unwatched().noted(Arc::clone(&noted) as Arc<dyn Journal>).carry_out(calls).await.unwrap();
    let (one, two, three) = ("Three calls: s:One", "Three calls: s:Two", "Three calls: s:Three");
    assert_eq!(*calls.done.lock().unwrap(), [one, "make 0", two, "make 1", three, "make 2"]);
    let all = [of("s:One", Some("undo 0")), of("s:Two", None), of("s:Three", Some("undo 2"))];
    assert_eq!(*noted.begun.lock().unwrap(), all, "also what nothing takes back");
    assert_eq!(*noted.kept.lock().unwrap(), Some(Vec::new()));
}

#[tokio::test]
async fn of_a_change_that_failed_only_what_could_not_be_taken_back_is_kept() {
    for (busy, kept) in [([0, 0, 0], vec![]), ([1, 0, 0], vec![of("s:One", Some("undo 0"))])] {
        let calls = &mut Three::new([WayBack::Call, WayBack::None, WayBack::Call]);
        calls.fails = Some((2, FaultKind::BrokenOff));
        *calls.busy.lock().unwrap() = busy.to_vec();
        let noted = Arc::new(Noted::default());
        let course = Course::unwatched().noted(Arc::clone(&noted) as Arc<dyn Journal>);
        course.carry_out(calls).await.unwrap_err();
        assert_eq!(*noted.kept.lock().unwrap(), Some(kept));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_refused_while_something_is_still_made_is_sent_again_and_another_is_not() {
    let mut calls = Three::new([WayBack::Call; 3]);
    calls.refused = vec![0, 3, 0];
    Course::unwatched().carry_out(&mut calls).await.unwrap();
    let made = calls.done.lock().unwrap().iter().filter(|line| *line == "make 1").count();
    assert_eq!(made, 4);

    calls.refused = vec![1, 0, 0];
    let fault = Course::unwatched().carry_out(&mut calls).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Conflict);
}

type Told = Arc<Mutex<Vec<(u32, StepState)>>>;

fn course(token: &CancellationToken) -> (Course, Told) {
    let told = Told::default();
    let teller = Arc::clone(&told);
    let progress = Arc::new(move |step: Step| teller.lock().unwrap().push((step.number, step.state)));
    (Course::new(progress, token.clone()), told)
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_at_once_and_what_still_goes_on_is_taken_back_as_soon_as_that_is_allowed() {
    use StepState as S;
    let token = CancellationToken::new();
    let (course, told) = course(&token);
    let mut calls = Three::new([WayBack::Call; 3]);
    calls.cancel_in = Some((1, token));
    calls.busy.lock().unwrap()[1] = 3;
    let fault = course.carry_out(&mut calls).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Cancelled);
    assert_eq!(
        fault.to_string(),
        "the change was cancelled: 2 of 3 calls had begun; these calls were taken back: s:Two, s:One"
    );
    assert_eq!(*calls.done.lock().unwrap(), ["make 0", "make 1", "back 1", "back 0"]);
    assert_eq!(
        *told.lock().unwrap(),
        [
            (1, S::Begun),
            (1, S::Done),
            (2, S::Begun),
            (2, S::TakingBack),
            (1, S::TakingBack),
            (2, S::TakenBack),
            (1, S::TakenBack)
        ]
    );
}

#[tokio::test]
async fn no_call_is_sent_after_it_was_cancelled_and_what_cannot_be_taken_back_is_named() {
    let token = CancellationToken::new();
    let (course, _) = course(&token);
    let mut calls = Three::new([WayBack::None, WayBack::Call, WayBack::Call]);
    calls.cancel_in = Some((0, token.clone()));
    let fault = course.carry_out(&mut calls).await.unwrap_err();
    assert_eq!(*calls.done.lock().unwrap(), ["make 0"]);
    assert_eq!(
        fault.message,
        "1 of 3 calls had begun; these calls stay in force: s:One (nothing takes it back)"
    );

    let fault = course.carry_out(&mut Three::new([WayBack::Call; 3])).await.unwrap_err();
    assert_eq!(fault.message, "0 of 3 calls had begun; nothing was made", "cancelled before it began");
}

#[tokio::test]
async fn cancelled_in_its_last_call_it_is_taken_back_unless_nothing_of_it_can_be() {
    for (ways, is_made) in [([WayBack::Call; 3], false), ([WayBack::None; 3], true)] {
        let token = CancellationToken::new();
        let (course, _) = course(&token);
        let mut calls = Three::new(ways);
        calls.cancel_in = Some((2, token));
        assert_eq!(course.carry_out(&mut calls).await.is_ok(), is_made);
    }
}

#[tokio::test]
async fn a_call_that_was_refused_is_not_taken_back_and_one_that_broke_off_is() {
    for (kind, done) in [
        (FaultKind::Invalid, vec!["make 0", "make 1", "back 0"]),
        (FaultKind::BrokenOff, vec!["make 0", "make 1", "back 1", "back 0"]),
    ] {
        let (course, _) = course(&CancellationToken::new());
        let mut calls = Three::new([WayBack::Call; 3]);
        calls.fails = Some((1, kind.clone()));
        let fault = course.carry_out(&mut calls).await.unwrap_err();
        assert_eq!(fault.kind, kind);
        assert!(fault.message.starts_with("no (these calls were taken back: "), "{fault}");
        assert_eq!(*calls.done.lock().unwrap(), done);
    }
}

#[tokio::test]
async fn what_goes_with_another_goes_only_when_that_does() {
    let (course, _) = course(&CancellationToken::new());
    let mut calls = Three::new([WayBack::Call, WayBack::With(0), WayBack::With(0)]);
    calls.fails = Some((2, FaultKind::Other));
    let fault = course.carry_out(&mut calls).await.unwrap_err();
    assert!(fault.message.contains("taken back: s:Three, s:Two, s:One"), "{fault}");
    assert_eq!(calls.done.lock().unwrap().last().unwrap(), "back 0");

    let mut calls = Three::new([WayBack::Call, WayBack::With(0), WayBack::With(0)]);
    calls.fails = Some((2, FaultKind::Other));
    calls.busy.lock().unwrap()[0] = 1;
    let fault = course.carry_out(&mut calls).await.unwrap_err();
    assert!(!fault.message.contains("taken back:") && fault.message.contains("s:One (s:Undo"), "{fault}");
}
