# SPDX-License-Identifier: Apache-2.0
# What a small project logs with MLflow's own client: one run, its model, and a version in the registry. Prints their ids.
import json
import sys
import tempfile
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag

uri, experiment_name = sys.argv[1:]
mlflow.set_tracking_uri(uri)
client = MlflowClient()
experiment = client.create_experiment(experiment_name)
run = client.create_run(experiment, run_name="train").info.run_id
client.log_param(run, "lr", "0.1")
client.log_metric(run, "accuracy", 0.1 + 0.2)
dataset = Dataset(name="tumours", digest="abcd1234", source_type="local", source="data.csv")
client.log_inputs(run, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
client.log_text(run, "weights", "model/model.pkl")
model = client.create_logged_model(experiment, name="triage", source_run_id=run).model_id
with tempfile.TemporaryDirectory() as folder:
    text = f"model_id: {model}\nrun_id: {run}\nflavors:\n  sklearn:\n    pickled_model: model.pkl\n"
    Path(folder, "MLmodel").write_text(text)
    Path(folder, "model.pkl").write_text("weights")
    client.log_model_artifacts(model, folder)
client.finalize_logged_model(model, "READY")
client.set_terminated(run)
client.create_registered_model("tumour-triage")
version = client.create_model_version("tumour-triage", f"models:/{model}", run, model_id=model)
client.set_registered_model_alias("tumour-triage", "champion", version.version)
print(json.dumps({"run": run, "model": model, "version": str(version.version)}))
