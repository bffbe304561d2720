//! `--count`, `--rate`, `--for`: many messages, and the figures of what became of them.

use super::inputs::Inputs;
use crate::Io;
use crate::access::wire;
use crate::cli::{PartChoice, RunArgs, RunFormat};
use crate::commands::CommandError;
use crate::commands::stop::stop;
use crate::exit::Exit;
use crate::message::Message;
use crate::run::job::Job;
use crate::run::lane::Patience;
use crate::run::load::{self, Load, Part};
use crate::run::opening::{Doors, Purpose, topics};
use crate::run::remarks::{feeds_itself, reads};
use crate::run::site::Party;
use crate::run::{Wire, ids};
use serde_json::json;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Whether many messages are asked for, or only a part of a run.
pub fn is_asked(args: &RunArgs) -> bool {
    let load = &args.load;
    load.count.is_some() || load.rate.is_some() || load.duration.is_some() || load.part != PartChoice::All
}

/// Whether the process is only a bridge: one thread does, and costs less.
pub fn is_lean(args: &RunArgs) -> bool {
    args.load.part == PartChoice::Bridge
}

fn load(args: &RunArgs, job: &Job, limit: Duration) -> Result<Load, CommandError> {
    let part = match args.load.part {
        PartChoice::All => Part::All,
        PartChoice::Sender => Part::Sender,
        PartChoice::Bridge => Part::Bridge,
        PartChoice::Reader => Part::Reader,
    };
    let duration = args.load.duration.as_deref().map(humantime::parse_duration).transpose();
    let duration = duration.map_err(|error| CommandError::Argument(format!("`--for`: {error}")))?;
    if args.load.count.is_none() && duration.is_none() && part != Part::Bridge {
        return Err(CommandError::Argument("`--rate` needs `--count` or `--for`, or it would never end".to_owned()));
    }
    if args.load.rate.is_some_and(|rate| !rate.is_finite() || rate <= 0.0) {
        return Err(CommandError::Argument("`--rate` is a number of messages a second, above 0".to_owned()));
    }
    let behind = match part {
        Part::Bridge => false,
        _ => load::numbered_behind(job).map_err(|why| CommandError::Argument(why.to_owned()))?,
    };
    Ok(Load { count: args.load.count, rate: args.load.rate, duration, part, resume: args.load.resume, behind, limit })
}

/// Refuses parts that could not do their share: they would wait for ever, or report as lost what nobody looked for.
pub fn refuse_parts(args: &RunArgs) -> Result<(), CommandError> {
    let why = match args.load.part {
        PartChoice::Bridge if args.place.deployed => {
            "with `--deployed` the dataflow is the one that is deployed, so there is no `--part bridge`"
        }
        PartChoice::Reader if args.load.count.is_none() => {
            "`--part reader` needs `--count`, or it cannot tell what is lost"
        }
        PartChoice::All | PartChoice::Reader if args.login.reader.iter().any(|part| part == "none") => {
            "many messages are counted where they are read, so `--reader none` goes with `--part sender` or `--part bridge` only"
        }
        _ => return Ok(()),
    };
    Err(CommandError::Argument(why.to_owned()))
}

/// The one job, with a payload of the size that is asked for. It must be one that many messages can pass: read by its
/// source, and not by itself.
fn only(args: &RunArgs, inputs: &Inputs) -> Result<Job, CommandError> {
    let job = resized(args, inputs)?;
    if let Some((topic, filter)) = feeds_itself(&job) {
        let message = format!(
            "the dataflow feeds itself: it writes to `{topic}`, and its source reads `{filter}` of the same broker, so many \
             messages would never end"
        );
        return Err(CommandError::Argument(message));
    }
    if let Some(sending) = job.sendings.iter().find(|sending| !reads(&job.line, &sending.message)) {
        let message =
            format!("nothing in `dataSources` reads `{}`, so nothing would come out", sending.message.topic());
        return Err(CommandError::Argument(message));
    }
    Ok(job)
}

fn resized(args: &RunArgs, inputs: &Inputs) -> Result<Job, CommandError> {
    let [job] = inputs.jobs.as_slice() else {
        return Err(CommandError::Argument(
            "many messages are of one kind, so `--cases` does not go with them".to_owned(),
        ));
    };
    let mut sendings = job.sendings.clone();
    if let Some(size) = args.load.size {
        for sending in &mut sendings {
            resize(&mut sending.message, size);
        }
    }
    let means = crate::run::job::Means {
        choices: &job.choices,
        datasets: &job.datasets,
        output_schema: job.output_schema.as_ref(),
    };
    let plan =
        job.plan_with(&job.choices).map_err(|_| CommandError::Argument("the dataflow cannot be run".to_owned()))?;
    Ok(Job::new(job.name.clone(), job.line.clone(), plan, means, sendings))
}

fn resize(message: &mut Message, size: usize) {
    let payload = match message {
        Message::Mqtt(publish) => &mut publish.payload,
        Message::Kafka(record) => record.value.get_or_insert_default(),
    };
    payload.resize(size, b'x');
}

/// Many messages through the brokers of the manifests.
pub fn live(
    args: &RunArgs,
    inputs: &Inputs,
    parties: &[Party],
    runtime: &Runtime,
    io: &mut Io<'_>,
) -> Result<Exit, CommandError> {
    let job = only(args, inputs)?;
    let Some(party) = parties.first() else { return Ok(Exit::Nothing) };
    let result = runtime.block_on(go(args, &job, &party.doors(), false, &[]))?;
    tell(args, &result, io)
}

/// Many messages through the sandbox.
#[cfg(feature = "sandbox")]
pub fn sandbox(args: &RunArgs, inputs: &Inputs, runtime: &Runtime, io: &mut Io<'_>) -> Result<Exit, CommandError> {
    let job = only(args, inputs)?;
    if args.load.part != PartChoice::All {
        let message = "`--part` is for runs with several processes, which share no sandbox; it needs `--live`";
        return Err(CommandError::Argument(message.to_owned()));
    }
    let result = runtime.block_on(async {
        let topics = topics(job.sendings.iter().map(|sending| &sending.message));
        let opened = crate::run::home::open(&job.line, &topics).await;
        let (sandbox, doors) = opened.map_err(|error| CommandError::Argument(error.to_string()))?;
        let strip = &crate::run::sandbox::ADDED_USER_PROPERTIES;
        let result = go(args, &job, &doors, true, strip).await;
        sandbox.stop().await;
        result
    })?;
    tell(args, &result, io)
}

async fn go(
    args: &RunArgs,
    job: &Job,
    doors: &Doors,
    alone: bool,
    strip: &'static [&'static str],
) -> Result<load::Result, CommandError> {
    let limit = crate::commands::reach::limit(&args.reach)?;
    let load = load(args, job, limit)?;
    let topics = topics(job.sendings.iter().map(|sending| &sending.message));
    let outputs = outputs(job);
    let run = args.load.run_id.clone().unwrap_or_else(ids::run_id);
    let purpose = Purpose {
        line: &job.line,
        plan: &job.plan,
        topics: &topics,
        outputs: &outputs,
        run: &run,
        alone,
        strip,
        limit,
        patience: Patience { limit, quiet: limit },
    };
    let result = load::run(job, doors, purpose, &load, stop()).await;
    result.map_err(|trouble| CommandError::Argument(format!("{}: {}", trouble.role.as_str(), trouble.error)))
}

/// Where the messages come out.
fn outputs(job: &Job) -> Vec<String> {
    if wire(&job.line.destination) == Some(Wire::Kafka) {
        return job.line.flow.destination.topic.iter().map(|topic| topic.value.to_string()).collect();
    }
    let mut last = crate::translate::LastValues::default();
    let outcomes = job.sendings.iter().map(|sending| job.predict(&sending.message, &mut last).0).collect::<Vec<_>>();
    topics(outcomes.iter().filter_map(crate::translate::Outcome::delivered))
}

/// Writes the figures and says how the run ends.
fn tell(args: &RunArgs, result: &load::Result, io: &mut Io<'_>) -> Result<Exit, CommandError> {
    for trouble in &result.troubles {
        writeln!(io.stderr, "flowgate: {trouble}")?;
    }
    if args.format == RunFormat::Json {
        writeln!(io.stdout, "{}", figures(result))?;
    } else if args.quiet < 2 {
        write!(io.stdout, "{}", words(args, result))?;
    }
    if result.interrupted && args.load.part == PartChoice::All {
        writeln!(io.stderr, "flowgate: interrupted; what was sent last is counted as lost, and may still arrive")?;
        return Ok(Exit::Trouble);
    }
    let figures = &result.figures;
    let bad = !result.troubles.is_empty() || (args.load.part == PartChoice::All && figures.lost > 0);
    Ok(if bad { Exit::Findings } else { Exit::Clean })
}

fn figures(result: &load::Result) -> serde_json::Value {
    let f = &result.figures;
    let micros = f.latency.map(|latency| latency.map(|one| one.as_micros() as u64));
    let latency = micros.map(|[median, ninety, ninety_nine, longest]| {
        json!({ "median": median, "p90": ninety, "p99": ninety_nine, "longest": longest })
    });
    let bridge = result.bridge.map(|counts| {
        json!({
            "taken": counts.taken, "confirmed": counts.confirmed, "unconfirmed": counts.unconfirmed,
            "dropped": counts.dropped, "foreign": counts.foreign, "reconnects": counts.reconnects,
        })
    });
    json!({
        "sent": f.sent, "delivered": f.delivered, "lost": f.lost, "duplicated": f.duplicated,
        "reordered": f.reordered, "latency_us": latency, "bridge": bridge,
        "seconds": result.took.as_secs_f64(), "interrupted": result.interrupted,
    })
}

fn words(args: &RunArgs, result: &load::Result) -> String {
    let f = &result.figures;
    let seconds = result.took.as_secs_f64().max(f64::EPSILON);
    let mut text = String::new();
    let mut row = |name: &str, value: String| text.push_str(&format!("{name:<12}{value}\n"));
    if args.load.part != PartChoice::Bridge {
        row("sent", f.sent.to_string());
    }
    if matches!(args.load.part, PartChoice::All | PartChoice::Reader) {
        let rate = f.delivered as f64 / seconds;
        row("delivered", format!("{} ({rate:.0}/s over {seconds:.2} s)", f.delivered));
        row("lost", f.lost.to_string());
        row("duplicated", f.duplicated.to_string());
        row("reordered", f.reordered.to_string());
        if let Some([median, ninety, ninety_nine, longest]) = f.latency {
            row(
                "latency",
                format!("median {median:.1?}, 90 % {ninety:.1?}, 99 % {ninety_nine:.1?}, longest {longest:.1?}"),
            );
        }
    }
    if let Some(counts) = result.bridge {
        let rate = counts.done() as f64 / seconds;
        row(
            "dataflow",
            format!(
                "{} taken, {} confirmed, {} unconfirmed, {} dropped ({rate:.0}/s), {} of others left alone, {} reconnects",
                counts.taken, counts.confirmed, counts.unconfirmed, counts.dropped, counts.foreign, counts.reconnects
            ),
        );
    }
    text
}
