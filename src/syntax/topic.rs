//! STAND-IN, to be thrown away at merge: topic filters and templates by the signatures agreed on.

/// A destination topic with `${inputTopic}` and `${inputTopic.n}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
}

/// A level that the source topic has not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`${{inputTopic.{level}}}` is beyond the {levels} levels of `{topic}`")]
pub struct Unresolved {
    level: usize,
    levels: usize,
    topic: String,
}

/// A topic filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter;

impl Template {
    /// The template `text`.
    pub fn parse(text: &str) -> Self {
        Self { text: text.to_owned() }
    }

    /// The topic for a message from `source`.
    ///
    /// # Errors
    /// Where it names a level that `source` has not.
    pub fn expand(&self, source: &str) -> Result<String, Unresolved> {
        let levels: Vec<&str> = source.trim_matches('/').split('/').collect();
        let mut out = String::new();
        let mut rest = self.text.as_str();
        while let Some((before, after)) = rest.split_once("${inputTopic") {
            out.push_str(before);
            let Some((inside, after)) = after.split_once('}') else { break };
            if inside.is_empty() {
                out.push_str(source);
            } else {
                let level: usize = inside.trim_start_matches('.').parse().unwrap_or(0);
                let found = level.checked_sub(1).and_then(|index| levels.get(index));
                out.push_str(found.ok_or_else(|| Unresolved {
                    level,
                    levels: levels.len(),
                    topic: source.to_owned(),
                })?);
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }
}
