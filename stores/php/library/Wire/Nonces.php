<?php
declare(strict_types=1);

namespace XeroConnector\Wire;

use XeroConnector\Database\Query;

/** Which requests were served of late. A unique key decides, so that of two alike at the same time one wins. */
final class Nonces
{
    /** Seconds. A request is believed for 300 to both sides of its timestamp, so this outlasts every copy. */
    private const KEPT = 900;

    private const TAKE = 'INSERT IGNORE INTO {xero_connector_nonce} (nonce, seen) VALUES (:nonce, :now)';
    private const FORGET = 'DELETE FROM {xero_connector_nonce} WHERE seen < :before LIMIT 1000';

    /** @var Query */
    private $query;

    public function __construct(Query $query)
    {
        $this->query = $query;
    }

    /** @return bool whether it was new */
    public function take(string $nonce, int $now): bool
    {
        $this->query->run(self::FORGET, ['before' => $now - self::KEPT]);
        return $this->query->run(self::TAKE, ['nonce' => $nonce, 'now' => $now]) === 1;
    }
}
