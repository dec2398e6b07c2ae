<?php
declare(strict_types=1);

namespace XeroConnector\Paging;

/** Customers. CS-Cart dates when one registered; that one changed, the add-on notes. */
final class CustomerSelection extends Selection
{
    protected const LISTED = "SELECT u.user_id AS id, u.timestamp AS placed,
          GREATEST(u.timestamp, COALESCE(c.changed, 0)) AS changed
        FROM {users} u LEFT JOIN {xero_connector_change} c ON c.kind = 'customer' AND c.record_id = u.user_id
        WHERE u.user_type = 'C'";
    protected const EVERY = self::LISTED;
}
