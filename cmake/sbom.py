#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bills of materials of a release, in SPDX 2.3 and CycloneDX 1.6 (JSON), each validated.

    sbom.py BUILD ARCHIVE OUT

BUILD is a configured build folder, whose CPackConfig.cmake says what the package is called; ARCHIVE
the .tar.gz that cpack made there, whose files are listed one by one; OUT the folder for
<name>-<version>.spdx.json and .cdx.json. With SOURCE_DATE_EPOCH two runs give the same bytes. Needs
spdx-tools and cyclonedx-python-lib: .github/requirements/sbom.txt.
"""

import argparse
import hashlib
import os
import pathlib
import re
import sys
import tarfile
import uuid
from datetime import UTC, datetime

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.common.spdx_licensing import spdx_licensing
from spdx_tools.spdx.model import (
    Actor,
    ActorType,
    Checksum,
    ChecksumAlgorithm,
    CreationInfo,
    Document,
    File,
    FileType,
    Package,
    PackagePurpose,
    PackageVerificationCode,
    Relationship,
    RelationshipType,
    SpdxNoAssertion,
)
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
from spdx_tools.spdx.writer.json.json_writer import write_document_to_file

LICENSE = "Apache-2.0"
# No part of the package; what some of its headers need, and whoever includes them brings.
WANTED = [
    ("cuda-toolkit", "for .cuh headers and robocache::compiled"),
    ("openmp", "for robocache::openmp"),
]


def fail(message):
    sys.exit(f"sbom.py: {message}")


def package_data(build):
    """What cmake/package.cmake says, as cpack reads it."""
    text = (build / "CPackConfig.cmake").read_text(encoding="utf-8")
    values = dict(re.findall(r'^set\(CPACK_PACKAGE_(\w+) "([^"]*)"\)$', text, re.MULTILINE))
    for key in ("NAME", "VERSION", "VENDOR", "DESCRIPTION_SUMMARY"):
        if not values.get(key):
            fail(f"CPackConfig.cmake has no CPACK_PACKAGE_{key}")
    return values


def packed_files(archive):
    """Path below the archive's only folder, and content, of each file, sorted."""
    with tarfile.open(archive) as tar:
        opened = ((member.name.split("/", 1)[1], tar.extractfile(member))
                  for member in tar.getmembers() if member.isfile())
        files = {name: file.read() for name, file in opened if file}
    if not any(name.startswith("include/robocache/") for name in files):
        fail(f"{archive.name} has no headers")
    mark = f"SPDX-License-Identifier: {LICENSE}".encode()
    for name, content in files.items():
        if name.endswith((".hpp", ".cuh")) and mark not in content:
            fail(f"{name} does not say that it is {LICENSE}")
    return sorted(files.items())


def write_spdx(data, archive, files, created, identity, out):
    def checksums(content):
        return [Checksum(ChecksumAlgorithm.SHA1, hashlib.sha1(content).hexdigest()),
                Checksum(ChecksumAlgorithm.SHA256, hashlib.sha256(content).hexdigest())]

    licence = spdx_licensing.parse(LICENSE)
    vendor = Actor(ActorType.ORGANIZATION, data["VENDOR"])
    code = hashlib.sha1("".join(sorted(hashlib.sha1(content).hexdigest()
                                       for _, content in files)).encode()).hexdigest()
    package = Package(
        spdx_id="SPDXRef-Package", name=data["NAME"], version=data["VERSION"], supplier=vendor,
        download_location=SpdxNoAssertion(), file_name=archive.name, files_analyzed=True,
        verification_code=PackageVerificationCode(code), checksums=checksums(archive.read_bytes()),
        license_concluded=licence, license_declared=licence,
        license_info_from_files=[licence], copyright_text=SpdxNoAssertion(),
        description=data["DESCRIPTION_SUMMARY"], primary_package_purpose=PackagePurpose.LIBRARY)
    document = Document(
        CreationInfo(spdx_version="SPDX-2.3", spdx_id="SPDXRef-DOCUMENT",
                     name=f"{data['NAME']}-{data['VERSION']}",
                     document_namespace=f"urn:uuid:{identity}",
                     creators=[vendor, Actor(ActorType.TOOL, "sbom.py")], created=created),
        packages=[package])
    document.relationships.append(Relationship(
        "SPDXRef-DOCUMENT", RelationshipType.DESCRIBES, package.spdx_id))
    for number, (name, content) in enumerate(files):
        source = name.endswith((".hpp", ".cuh", ".cmake", ".cu"))
        document.files.append(File(
            spdx_id=f"SPDXRef-File-{number}", name=f"./{name}", checksums=checksums(content),
            file_types=[FileType.SOURCE if source else FileType.TEXT], license_concluded=licence,
            license_info_in_file=[licence], copyright_text=SpdxNoAssertion()))
        document.relationships.append(Relationship(
            package.spdx_id, RelationshipType.CONTAINS, f"SPDXRef-File-{number}"))
    for name, comment in WANTED:
        identifier = f"SPDXRef-Wanted-{name}"
        document.packages.append(Package(
            spdx_id=identifier, name=name, download_location=SpdxNoAssertion(),
            files_analyzed=False, comment=comment,
            license_concluded=SpdxNoAssertion(), license_declared=SpdxNoAssertion(),
            copyright_text=SpdxNoAssertion()))
        document.relationships.append(Relationship(
            identifier, RelationshipType.OPTIONAL_DEPENDENCY_OF, package.spdx_id))
    errors = validate_full_spdx_document(document, "SPDX-2.3")
    if errors:
        fail("SPDX: " + "; ".join(error.validation_message for error in errors[:5]))
    write_document_to_file(document, str(out), validate=False)


def write_cyclonedx(data, archive, files, created, identity, out):
    def hashes(content):
        return [HashType(alg=HashAlgorithm.SHA_256, content=hashlib.sha256(content).hexdigest())]

    licence = LicenseExpression(LICENSE)
    vendor = OrganizationalEntity(name=data["VENDOR"])
    root = Component(type=ComponentType.LIBRARY, name=data["NAME"], version=data["VERSION"],
                     bom_ref=data["NAME"], supplier=vendor, licenses=[licence],
                     description=data["DESCRIPTION_SUMMARY"], hashes=hashes(archive.read_bytes()))
    bom = Bom(serial_number=identity, version=1)
    bom.metadata.timestamp = created
    bom.metadata.component = root
    for name, content in files:
        root.components.add(Component(
            type=ComponentType.FILE, name=name, bom_ref=f"file:{name}", hashes=hashes(content),
            licenses=[LicenseExpression(LICENSE)]))
    for name, comment in WANTED:
        component = Component(type=ComponentType.FRAMEWORK, name=name, bom_ref=name,
                              description=comment, scope=ComponentScope.OPTIONAL)
        bom.components.add(component)
        bom.register_dependency(root, [component])
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error:
        fail(f"CycloneDX: {error}")
    out.write_text(text + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("archive", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    arguments = parser.parse_args()
    data = package_data(arguments.build)
    files = packed_files(arguments.archive)
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    created = (datetime.fromtimestamp(int(epoch), UTC) if epoch
               else datetime.now(UTC)).replace(microsecond=0)
    digest = hashlib.sha256(arguments.archive.read_bytes()).hexdigest()
    arguments.out.mkdir(parents=True, exist_ok=True)
    base = f"{data['NAME']}-{data['VERSION']}"
    for suffix, write in (("spdx", write_spdx), ("cdx", write_cyclonedx)):
        identity = uuid.uuid5(uuid.NAMESPACE_OID, f"{suffix} {digest}")
        target = arguments.out / f"{base}.{suffix}.json"
        write(data, arguments.archive, files, created, identity, target)
        print(f"{target.name}: {len(files)} files, valid")


if __name__ == "__main__":
    main()
