#![allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind { DataflowEndpoint, Dataflow, DataflowProfile, DataflowGraph }
impl Kind { pub const ALL: [Kind;4]=[Kind::DataflowEndpoint,Kind::Dataflow,Kind::DataflowProfile,Kind::DataflowGraph];
 pub fn as_str(self)->&'static str{match self{Kind::DataflowEndpoint=>"DataflowEndpoint",Kind::Dataflow=>"Dataflow",Kind::DataflowProfile=>"DataflowProfile",Kind::DataflowGraph=>"DataflowGraph"}}
 pub fn parse(t:&str)->Option<Self>{Self::ALL.into_iter().find(|k|k.as_str()==t)} }
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape { V1Beta1Auth, V1Beta1, V1 }
