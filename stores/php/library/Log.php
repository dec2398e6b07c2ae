<?php
declare(strict_types=1);

namespace XeroConnector;

/** The shop's own log of errors. */
interface Log
{
    public function log(string $message): void;
}
