<?php
declare(strict_types=1);

namespace XeroConnector\Http;

/** Sends a request to the connector. */
interface Sender
{
    /**
     * @param array<int, string> $headers "Name: value"
     * @param int $seconds for all of it
     */
    public function post(string $url, array $headers, string $body, int $seconds): Reply;
}
