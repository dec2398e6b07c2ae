<?php
declare(strict_types=1);

namespace XeroConnector;

/** The one place that says which version this is; the builder of the package reads it here. */
final class Version
{
    public const EXTENSION = '1.0.0';

    /** What the add-on and the connector say to each other (PROTOCOL.md). */
    public const PROTOCOL = 1;

    /** How a pairing code begins. */
    public const CODE = 'cs1';
}
