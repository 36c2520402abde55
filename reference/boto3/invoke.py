"""Calls a container through the emulator with boto3, in all three ways, and prints what came back as one JSON object.

    npx moderate emulate --model models/demo --port 9000 &
    python reference/boto3/invoke.py --url http://127.0.0.1:9000
"""

import argparse
import json
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BODY = json.dumps({"instances": [{"text": "a quiet morning by the lake", "id": "from-python"}]}).encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True, help="where the emulator stands")
    parser.add_argument("--endpoint", default="moderation", help="name of the endpoint")
    arguments = parser.parse_args()

    session = boto3.session.Session(
        aws_access_key_id="nobody", aws_secret_access_key="nothing", region_name="us-east-1"
    )
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    runtime = session.client("sagemaker-runtime", endpoint_url=arguments.url, config=config)
    s3 = session.client("s3", endpoint_url=arguments.url, config=config)
    print(
        json.dumps(
            {
                "boto3": boto3.__version__,
                "invoke": invoke(runtime, arguments.endpoint),
                "stream": stream(runtime, arguments.endpoint),
                "asynchronous": asynchronous(runtime, s3, arguments.endpoint),
                "model_error": error(runtime, arguments.endpoint, b"no json"),
                "unknown_endpoint": error(runtime, "no-such-endpoint", BODY),
            }
        )
    )


def invoke(runtime, endpoint: str) -> dict:
    response = runtime.invoke_endpoint(
        EndpointName=endpoint, Body=BODY, ContentType="application/json", InferenceId="python-1"
    )
    return {
        "variant": response["InvokedProductionVariant"],
        "content_type": response["ContentType"],
        "reply": json.load(response["Body"]),
    }


def stream(runtime, endpoint: str) -> dict:
    response = runtime.invoke_endpoint_with_response_stream(
        EndpointName=endpoint, Body=BODY, ContentType="application/json"
    )
    return json.loads(b"".join(event["PayloadPart"]["Bytes"] for event in response["Body"]))


def asynchronous(runtime, s3, endpoint: str) -> dict:
    s3.put_object(Bucket="inbox", Key="python/request.json", Body=BODY)
    accepted = runtime.invoke_endpoint_async(
        EndpointName=endpoint,
        InputLocation="s3://inbox/python/request.json",
        ContentType="application/json",
    )
    bucket, key = accepted["OutputLocation"].removeprefix("s3://").split("/", 1)
    for _ in range(200):
        try:
            return json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])
        except s3.exceptions.NoSuchKey:
            time.sleep(0.05)
    raise SystemExit("no answer came")


def error(runtime, endpoint: str, body: bytes) -> dict:
    try:
        runtime.invoke_endpoint(EndpointName=endpoint, Body=body, ContentType="application/json")
    except ClientError as caught:
        response = caught.response
        return {
            "code": response["Error"]["Code"],
            "message": response["Error"]["Message"],
            "status": response["ResponseMetadata"]["HTTPStatusCode"],
            "original_status": response.get("OriginalStatusCode"),
            "original_message": response.get("OriginalMessage"),
        }
    raise SystemExit("an error was expected")


if __name__ == "__main__":
    main()
