<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Database\Query;
use XeroConnector\Reading\Languages;
use XeroConnector\Reading\Text;
use XeroConnector\Wire\Refusal;

/** The status of an order and every comment of its history, the oldest first. */
final class OrderCondition implements Call
{
    private const STATUS = "SELECT o.order_status_id AS status, COALESCE(s.name, '') AS x_status_name
        FROM {order} o LEFT JOIN {order_status} s
          ON s.order_status_id = o.order_status_id AND s.language_id = :language
        WHERE o.order_id = :id";
    private const COMMENTS = 'SELECT comment FROM {order_history} WHERE order_id = :id ORDER BY order_history_id';

    /** @var Query */
    private $query;

    /** @var Languages */
    private $languages;

    public function __construct(Query $query, Languages $languages)
    {
        $this->query = $query;
        $this->languages = $languages;
    }

    public function answer(Parameters $parameters): array
    {
        $id = $parameters->id('order_id');
        $parameters->nothingElse();
        return $this->of($id);
    }

    /**
     * @return array{status: string, x_status_name: string, comments: array<int, string>}
     * @throws Refusal 404
     */
    public function of(int $orderId): array
    {
        $values = ['id' => $orderId, 'language' => $this->languages->admin()];
        $condition = $this->query->row(self::STATUS, $values);
        if ($condition === null) {
            throw new Refusal(404, 'not_found', 'The shop has no order with this number.');
        }
        $comments = Text::rows($this->query->rows(self::COMMENTS, ['id' => $orderId]));
        return Text::row($condition) + ['comments' => array_column($comments, 'comment')];
    }
}
