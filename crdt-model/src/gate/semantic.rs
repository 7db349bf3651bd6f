//! What a change does (G4): puts and deletions of scalars at root keys, each over writes its author can have seen.

use std::collections::HashSet;

use automerge::legacy::{Key, ObjectId, Op, OpType};
use automerge::{ExpandedChange, ScalarValue};

use super::{ChangeFault, CheckedOp, OpId, Past, Schema};
use crate::layer::{LayerOp, Value};
use crate::values::ActorId;

/// Checks every operation against the past and the schema.
pub(super) fn check_ops(
    change: &ExpandedChange,
    past: &Past<'_>,
    schema: &dyn Schema,
) -> Result<Vec<CheckedOp>, ChangeFault> {
    let mut keys = HashSet::with_capacity(change.operations.len());
    let mut checked = Vec::with_capacity(change.operations.len());
    for (op, operation) in change.operations.iter().enumerate() {
        let key = root_key(op, operation)?;
        if !keys.insert(key) {
            return Err(ChangeFault::RepeatedKey { op });
        }
        let layer_op = layer_op(op, operation, key)?;
        let preds = check_preds(op, operation, key, past)?;
        match &layer_op {
            LayerOp::Put { key, value } => schema.check_put(key, value),
            LayerOp::Delete { .. } if preds.is_empty() => return Err(ChangeFault::EmptyDelete { op }),
            LayerOp::Delete { key } => schema.check_delete(key),
        }
        .map_err(|fault| ChangeFault::Schema { op, fault })?;
        checked.push(CheckedOp { op: layer_op, preds });
    }
    Ok(checked)
}

/// What the operations write, whatever they build on.
pub(super) fn written(change: &ExpandedChange) -> Result<Vec<LayerOp>, ChangeFault> {
    let operations = change.operations.iter().enumerate();
    operations.map(|(op, operation)| layer_op(op, operation, root_key(op, operation)?)).collect()
}

fn root_key(op: usize, operation: &Op) -> Result<&str, ChangeFault> {
    if operation.obj != ObjectId::Root {
        return Err(ChangeFault::NotRoot { op });
    }
    match &operation.key {
        Key::Map(_) if operation.insert => Err(ChangeFault::NotMapKey { op }),
        Key::Map(key) if key.is_empty() => Err(ChangeFault::EmptyKey { op }),
        Key::Map(key) => Ok(key),
        Key::Seq(_) => Err(ChangeFault::NotMapKey { op }),
    }
}

fn layer_op(op: usize, operation: &Op, key: &str) -> Result<LayerOp, ChangeFault> {
    let key = key.to_owned();
    match &operation.action {
        OpType::Put(scalar) => {
            let value = from_scalar(scalar).ok_or(ChangeFault::ValueKind { op })?;
            Ok(LayerOp::Put { key, value })
        }
        OpType::Delete => Ok(LayerOp::Delete { key }),
        OpType::Make(_) | OpType::Increment(_) | OpType::MarkBegin(_) | OpType::MarkEnd(_) => {
            Err(ChangeFault::Action { op })
        }
    }
}

fn check_preds(op: usize, operation: &Op, key: &str, past: &Past<'_>) -> Result<Vec<OpId>, ChangeFault> {
    let mut preds = Vec::with_capacity(operation.pred.len());
    for pred in operation.pred.iter() {
        let actor = ActorId(pred.actor().to_bytes().try_into().map_err(|_| ChangeFault::UnknownPred { op })?);
        let id = OpId { counter: pred.counter(), actor };
        // The reader sorts them, so equal ones are neighbours; the canonical form shows whether they came sorted.
        if preds.last() == Some(&id) {
            return Err(ChangeFault::RepeatedPred { op });
        }
        let mut written = past.keys_put_by(id).peekable();
        if written.peek().is_none() {
            return Err(ChangeFault::UnknownPred { op });
        }
        if written.all(|other| other != key) {
            return Err(ChangeFault::PredOnOtherKey { op });
        }
        preds.push(id);
    }
    Ok(preds)
}

/// The value of an admitted scalar.
pub(crate) fn from_scalar(scalar: &ScalarValue) -> Option<Value> {
    match scalar {
        ScalarValue::Boolean(value) => Some(Value::Bool(*value)),
        ScalarValue::Int(value) => Some(Value::Int(*value)),
        ScalarValue::Str(value) => Some(Value::Text(value.to_string())),
        ScalarValue::Bytes(value) => Some(Value::Bytes(value.clone())),
        ScalarValue::Uint(_)
        | ScalarValue::F64(_)
        | ScalarValue::Counter(_)
        | ScalarValue::Timestamp(_)
        | ScalarValue::Unknown { .. }
        | ScalarValue::Null => None,
    }
}

/// The scalar that [`from_scalar`] turns back into `value`.
pub(crate) fn to_scalar(value: &Value) -> ScalarValue {
    match value {
        Value::Bool(value) => ScalarValue::Boolean(*value),
        Value::Int(value) => ScalarValue::Int(*value),
        Value::Text(value) => ScalarValue::Str(value.as_str().into()),
        Value::Bytes(value) => ScalarValue::Bytes(value.clone()),
    }
}
